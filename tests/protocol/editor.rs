//! An editor on a repository with runs: what VS Code 1.139, Neovim 0.12 and Helix 25.01 announce, and what somebody
//! does there.

use crate::client::{Client, pull_capabilities, push_capabilities, uri_of};
use crate::world::World;
use serde_json::{Value, json};
use std::path::Path;

pub fn vscode() -> Value {
    let mut capabilities = pull_capabilities();
    capabilities["window"] = json!({
        "showMessage": { "messageActionItem": { "additionalPropertiesSupport": true } },
        "showDocument": { "support": true },
        "workDoneProgress": true,
    });
    capabilities["workspace"]["codeLens"] = json!({ "refreshSupport": true });
    capabilities["workspace"]["inlayHint"] = json!({ "refreshSupport": true });
    capabilities
}

pub fn neovim() -> Value {
    let mut capabilities = vscode();
    capabilities["general"]["positionEncodings"] = json!(["utf-8", "utf-16", "utf-32"]);
    capabilities["workspace"]["executeCommand"] = Value::Null;
    capabilities
}

pub fn helix() -> Value {
    let mut capabilities = push_capabilities();
    capabilities["general"]["positionEncodings"] = json!(["utf-8", "utf-32", "utf-16"]);
    capabilities["window"] = json!({ "workDoneProgress": true });
    capabilities["workspace"]["inlayHint"] = json!({ "refreshSupport": false });
    capabilities
}

/// The three, for what is tried in each.
pub const EDITORS: [fn() -> Value; 3] = [vscode, neovim, helix];

/// An editor on a world, with its plan open.
pub struct Editor {
    pub client: Client,
    pub uri: String,
    /// The line of its title.
    pub title: u64,
}

impl Editor {
    pub fn on(world: &World, capabilities: Value, options: Value) -> Self {
        let environment = world.environment();
        let environment: Vec<(&str, &str)> =
            environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut client = Client::start_with(&["lsp"], &environment);
        let top = uri_of(&world.top().canonicalize().unwrap()).replace('ä', "%C3%A4");
        client.initialize(json!({
            "processId": std::process::id(), "rootUri": null, "capabilities": capabilities,
            "workspaceFolders": [{ "uri": top, "name": "w" }], "clientInfo": { "name": "Test Editor" },
            "initializationOptions": options,
        }));
        let uri = format!("{top}/x.spec.md");
        client.open(&uri, 1, &world.read("x.spec.md"));
        client.request("workspace/symbol", json!({ "query": "" }));
        Self { client, uri, title: 0 }
    }

    /// The same, with somebody at it who puts aside what they are asked, and steers by actions.
    pub fn steered(world: &World, capabilities: Value) -> Self {
        let mut editor = Self::on(world, capabilities, Value::Null);
        editor.client.puts_aside = true;
        editor
    }

    /// The actions of runs at the title of the plan, by title.
    pub fn actions(&mut self) -> Vec<Value> {
        self.actions_at(self.title)
    }

    pub fn actions_at(&mut self, line: u64) -> Vec<Value> {
        let uri = self.uri.clone();
        self.client.actions(&uri, line, 0, Some("segue.run"))
    }

    /// Chooses the action whose title begins so.
    #[track_caller]
    pub fn act(&mut self, begin: &str) {
        let actions = self.actions();
        let found = actions.iter().find(|action| action["title"].as_str().unwrap().starts_with(begin));
        let command = &found.unwrap_or_else(|| panic!("no {begin:?} in {:?}", titles(&actions)))["command"];
        self.execute(command["command"].as_str().unwrap(), command["arguments"][0].clone());
    }

    pub fn execute(&mut self, command: &str, argument: Value) {
        let answer = self
            .client
            .request("workspace/executeCommand", json!({ "command": command, "arguments": [argument] }));
        assert_eq!(answer, Value::Null);
    }

    pub fn launch(&mut self) {
        self.act("Launch plan");
    }

    /// Waits for a message with these words, and takes it.
    #[track_caller]
    pub fn told(&mut self, words: &str) -> String {
        let has = |shown: &Value| shown["message"].as_str().is_some_and(|text| text.contains(words));
        self.client.wait_for(words, |client| client.shown.iter().any(has));
        let place = self.client.shown.iter().position(has).unwrap();
        self.client.shown.remove(place)["message"].as_str().unwrap().to_owned()
    }

    /// Waits until somebody is asked this, in whatever way the editor has, and takes it.
    #[track_caller]
    pub fn asked(&mut self, words: &str) -> String {
        let has = |own: &Value| own["message"].as_str().is_some_and(|text| text.contains(words));
        let all = |client: &Client| client.questions.iter().chain(&client.shown).any(has);
        self.client.wait_for(words, all);
        match self.client.questions.iter().position(has) {
            Some(place) => self.client.questions.remove(place)["message"].as_str().unwrap().to_owned(),
            None => self.told(words),
        }
    }

    /// Waits until somebody is asked at a gate, and says yes by an action.
    #[track_caller]
    pub fn agree(&mut self, gate: &str) -> String {
        let asked = self.asked(&format!(", {gate}: "));
        self.act(&format!("Approve {gate}"));
        asked
    }

    /// Waits for the page of a run or a task, wherever the editor has it; its text.
    pub fn page(&mut self, name: &str) -> String {
        let (told, file) = (format!("The {name}: "), format!("/{}.md", name.replace(' ', "%20")));
        let path = |own: &Value| {
            let told = own["message"].as_str().and_then(|text| text.strip_prefix(&told)).map(str::to_owned);
            let shown = own["uri"].as_str().filter(|uri| uri.ends_with(&file));
            told.or_else(|| Some(shown?.strip_prefix("file://")?.replace("%20", " ")))
        };
        self.client.wait_for(name, |client| client.shown.iter().any(|own| path(own).is_some()));
        let place = self.client.shown.iter().position(|own| path(own).is_some()).unwrap();
        std::fs::read_to_string(path(&self.client.shown.remove(place)).unwrap()).unwrap()
    }

    /// Waits until a person is asked, and keeps them from answering.
    pub fn is_asked(&mut self) {
        self.client.wait_for("a question", |client| client.holds("window/showMessageRequest"));
    }

    pub fn choose(&mut self, choices: &[&str]) {
        self.client.choices.extend(choices.iter().map(|&choice| choice.to_owned()));
    }

    /// What was told of the progress of runs.
    pub fn progress(&self) -> Vec<&Value> {
        let ours = |own: &&Value| own["token"].as_str().unwrap().starts_with("segue/run/");
        self.client.progress.iter().filter(ours).collect()
    }
}

pub fn titles(actions: &[Value]) -> Vec<&str> {
    actions.iter().map(|action| action["title"].as_str().unwrap()).collect()
}

/// The path that a message ends with.
pub fn path_in(text: &str) -> &Path {
    Path::new(text.rsplit(": ").next().unwrap())
}
