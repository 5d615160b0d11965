//! Turns of an agent over the protocol, against a peer that behaves well, and in every way in which agents
//! do not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

use segue_orchestrator::agent::acp::Acp;
use segue_orchestrator::agent::{Agent, Boxed, Listener, Turn};
use segue_orchestrator::event::{AttemptKey, Class, Exit, Stop, TurnEnd, TurnKind, Usage};
use segue_orchestrator::servers::{Reach, Server};
use segue_orchestrator::{decide, os};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// Who listens, and what a person answers.
#[derive(Default)]
struct Ears {
    said: Mutex<String>,
    used: Mutex<Usage>,
    asked: Mutex<Vec<(String, Vec<String>)>>,
    answer: Option<String>,
}

impl Listener for Ears {
    fn said(&self, text: &str) {
        self.said.lock().unwrap().push_str(text);
    }

    fn used(&self, usage: Usage) {
        let mut used = self.used.lock().unwrap();
        *used = used.plus(usage);
    }

    fn asks_leave<'a>(&'a self, text: &'a str, options: &'a [String]) -> Boxed<'a, String> {
        self.asked.lock().unwrap().push((text.to_owned(), options.to_vec()));
        let answer = self.answer.clone();
        Box::pin(async move {
            match answer {
                Some(answer) => answer,
                None => std::future::pending().await,
            }
        })
    }
}

struct Scene {
    folder: tempfile::TempDir,
    turn: Turn,
    stop: watch::Sender<bool>,
    agent: Acp,
    ears: Ears,
}

impl Scene {
    fn new(mode: &str, argument: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let folder = tempfile::tempdir().unwrap();
        let worktree = folder.path().join("tree");
        std::fs::create_dir(&worktree).unwrap();
        let (stop, stopped) = watch::channel(false);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let turn = Turn {
            stated: "one".into(),
            key: AttemptKey { task: "a".into(), attempt: 1 },
            counted: 0,
            number: 1,
            kind: TurnKind::Work,
            planned_first: false,
            model: None,
            worktree,
            prompt: "Write it.".to_owned(),
            prompt_file: folder.path().join("a-1-1.prompt.md"),
            allowed: Vec::new(),
            tools: None,
            servers: Vec::new(),
            read_only: false,
            confinement: None,
            marker: format!("acp{}x{number}/a/1", std::process::id()),
            interrupted: Vec::new(),
            total: Duration::from_secs(60),
            silence: Duration::from_secs(60),
            stop: stopped,
        };
        let line = [env!("CARGO_BIN_EXE_segue-test-acp"), mode, argument].map(str::to_owned).to_vec();
        Self { folder, turn, stop, agent: Acp::new(line).unwrap(), ears: Ears::default() }
    }

    /// Plays the turn; afterwards nothing of it lives.
    fn plays(&self) -> TurnEnd {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let end = runtime.block_on(self.agent.turn(&self.turn, &self.ears));
        assert_eq!(os::marked(&self.turn.marker), [0; 0], "{end:?}");
        end
    }

    fn said(&self) -> String {
        self.ears.said.lock().unwrap().clone()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.turn.worktree.join(name)
    }
}

/// The class that a turn alone comes to.
fn class(end: &TurnEnd) -> Option<Class> {
    decide::judge_turn(end).map(|(class, _)| class)
}

#[test]
fn a_turn_that_goes_well() {
    let scene = Scene::new("good", "");
    let end = scene.plays();
    assert_eq!((class(&end), &end.exit, end.stop), (None, &Exit::Fine, Stop::EndTurn), "{end:?}");
    assert_eq!(end.tool_calls, Some(1));
    assert_eq!(end.usage, Some(Usage { input: 1200, output: 20, micros: 0 }));
    assert_eq!(scene.ears.used.lock().unwrap().micros, 250_000);
    assert_eq!(end.report.as_ref().map(|report| report.summary.as_str()), Some("Written."));
    let said = scene.said();
    for part in [
        "[plan]\n  - Write it\n",
        "[thinks] Easy.",
        "[edit] written.txt {\"path\":\"written.txt\"}",
        "Status: COMPLETE\n",
    ] {
        assert!(said.contains(part), "{part:?} in {said}");
    }
    assert_eq!(std::fs::read_to_string(scene.file("written.txt")).unwrap(), "Write it.\nsession-new\n");
}

fn server(name: &str, reach: Reach) -> Server {
    Server { name: name.to_owned(), line: name.to_owned(), reach }
}

fn address(sse: bool) -> Reach {
    let headers = vec![("Authorization".to_owned(), "Bearer s3cret".to_owned())];
    Reach::Address { url: "https://example.com/mcp".to_owned(), headers, sse }
}

/// Whatever the agent makes of them and however it starts them, they go with its turn.
#[test]
fn servers_are_handed_with_the_session_and_gone_with_the_turn() {
    let mut scene = Scene::new("good", "http");
    let pairs = [("KEY", "s3cret"), ("SEGUE_RUN", "another's")];
    let program = Reach::Program {
        program: "/bin/sh".to_owned(),
        arguments: ["-c", "sleep 600"].map(str::to_owned).to_vec(),
        variables: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
    };
    scene.turn.servers =
        vec![server("files", program), server("web", address(false)), server("old", address(true))];
    let end = scene.plays();
    assert_eq!(class(&end), None, "{end:?}");
    let marker = &scene.turn.marker;
    let handed: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(scene.file("servers.json")).unwrap()).unwrap();
    let wanted = serde_json::json!([
        {
            "name": "files", "command": "/bin/sh",
            "args": ["-c", "sleep 600"],
            "env": [{ "name": "KEY", "value": "s3cret" }, { "name": "SEGUE_RUN", "value": marker }],
        },
        {
            "type": "http", "name": "web", "url": "https://example.com/mcp",
            "headers": [{ "name": "Authorization", "value": "Bearer s3cret" }],
        },
    ]);
    assert_eq!(handed, wanted);
    let said = scene.said();
    assert!(said.contains("[mcp] handed: files, web"), "{said}");
    assert!(said.contains("[mcp] not handed: old: the agent takes no servers by an event stream"), "{said}");
    assert!(!said.contains("s3cret") && !format!("{:?}", scene.turn).contains("s3cret"), "{said}");
}

#[test]
fn a_server_is_handed_only_as_the_agent_says_that_it_can_reach_it() {
    for (can, names) in [("", &[][..]), ("http", &["web"]), ("sse", &["old"])] {
        let mut scene = Scene::new("good", can);
        scene.turn.servers = vec![server("web", address(false)), server("old", address(true))];
        scene.plays();
        let handed = std::fs::read_to_string(scene.file("servers.json")).unwrap_or_else(|_| "[]".to_owned());
        let handed: Vec<serde_json::Value> = serde_json::from_str(&handed).unwrap();
        let handed: Vec<&str> = handed.iter().map(|own| own["name"].as_str().unwrap()).collect();
        assert_eq!(handed, names, "{can}");
        let said = scene.said();
        assert_eq!(said.matches("[mcp] not handed: ").count(), 2 - names.len(), "{said}");
    }
}

/// The session of the turn before is loaded with the servers of this one.
#[test]
fn a_loaded_session_is_handed_servers_too() {
    let mut scene = Scene::new("loads", "http");
    scene.plays();
    assert!(!scene.file("servers.json").exists(), "it was handed none");
    scene.turn.number = 2;
    scene.turn.servers = vec![server("web", address(false))];
    scene.plays();
    let handed = std::fs::read_to_string(scene.file("servers.json")).unwrap();
    assert!(handed.contains("\"web\"") && scene.file("loaded.txt").exists(), "{handed}");
}

#[test]
fn an_agent_introduces_itself() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let asks = |mode: &str| {
        let mut scene = Scene::new(mode, "");
        scene.agent.start = Duration::from_millis(300);
        let who = runtime.block_on(scene.agent.introduces_itself(scene.folder.path(), &scene.turn.marker));
        assert_eq!(os::marked(&scene.turn.marker), [0; 0]);
        who
    };
    let mut patient = Scene::new("loads", "");
    patient.agent.start = Duration::from_secs(60);
    let who = runtime
        .block_on(patient.agent.introduces_itself(patient.folder.path(), &patient.turn.marker))
        .unwrap();
    assert_eq!(
        (who.name.as_str(), who.version.as_str(), who.protocol.as_str(), who.loads),
        ("peer", "1.2.3", "1", true)
    );
    assert!(asks("mute").unwrap_err().contains("did not answer `initialize` in time"));
    assert_eq!(asks("dead").unwrap_err(), "it ended with status 3");
    let mut missing = Scene::new("good", "");
    missing.agent.line = vec!["no-such-program-at-all".to_owned()];
    let who = runtime.block_on(missing.agent.introduces_itself(missing.folder.path(), &missing.turn.marker));
    assert!(who.unwrap_err().starts_with("it cannot be started"));
}

/// Each way of breaking the rules ends as a failure of a known class, and soon.
#[test]
fn agents_that_break_the_rules() {
    for (mode, argument, told) in [
        ("noise", "", "it prints what is no message: a line of a log"),
        ("wrong-id", "", "it answered the request \"nobody's\", which nobody made"),
        ("long", "", "it sent a line of more than 32 MB"),
        ("error", "server_error", ""),
        ("error", "something new", "`session/prompt` failed: Internal error"),
    ] {
        let end = Scene::new(mode, argument).plays();
        assert_eq!(class(&end), Some(Class::Transient), "{mode}: {end:?}");
        let how = end.protocol_error.clone().unwrap_or_default();
        assert!(how.starts_with(told), "{mode}: {how}");
    }
    let mut mute = Scene::new("mute", "");
    mute.agent.start = Duration::from_millis(200);
    let end = mute.plays();
    assert_eq!(class(&end), Some(Class::Transient));
    assert_eq!(end.protocol_error.as_deref(), Some("it did not answer `initialize` in time"));
}

/// What floods without end is ended by its limit, and never by the memory of this machine.
#[test]
fn a_flood_ends() {
    let mut scene = Scene::new("flood", "");
    scene.turn.total = Duration::from_millis(700);
    let end = scene.plays();
    assert_eq!((class(&end), &end.exit), (Some(Class::Transient), &Exit::TimedOut));
    assert!(end.tail.len() < 5000);
}

#[test]
fn how_a_process_ends_counts() {
    for (mode, exit) in [
        ("dead", Exit::Status(3)),
        ("dies", Exit::Status(7)),
        ("killed", Exit::Signal(9)),
        ("holds-the-pipe", Exit::Status(5)),
    ] {
        let end = Scene::new(mode, "").plays();
        assert_eq!((class(&end), &end.exit), (Some(Class::Transient), &exit), "{mode}: {end:?}");
    }
}

#[test]
fn silence_and_length_have_their_limits() {
    let mut scene = Scene::new("silent", "");
    scene.turn.silence = Duration::from_millis(300);
    let end = scene.plays();
    assert_eq!((class(&end), &end.exit), (Some(Class::Transient), &Exit::Silent));
    assert!(end.tail.starts_with("I begin."), "{}", end.tail);
    let mut scene = Scene::new("cancels", "");
    scene.turn.total = Duration::from_millis(300);
    let end = scene.plays();
    assert_eq!(end.exit, Exit::TimedOut, "{end:?}");
    // Deaf to being cancelled, to the end of its input, and to being asked to end.
    let deaf = Scene::new("deaf", "");
    deaf.stop.send(true).unwrap();
    assert_eq!(deaf.plays().exit, Exit::Stopped);
}

#[test]
fn what_an_agent_leaves_is_gone_with_its_turn() {
    let scene = Scene::new("leaves", "");
    assert_eq!(class(&scene.plays()), None);
    assert!(scene.file("written.txt").is_file());
}

#[test]
fn failures_that_agents_tell() {
    for (mode, argument, wanted) in [
        ("typed", "connection", Some(Class::Transient)),
        ("typed", "limit", Some(Class::Transient)),
        ("typed", "access", Some(Class::Escalate)),
        ("thread", "", Some(Class::Transient)),
        ("login", "", Some(Class::Escalate)),
        ("refuses", "", Some(Class::Transient)),
        ("quiet", "", Some(Class::Transient)),
        ("error", "authentication_failed", Some(Class::Escalate)),
    ] {
        let end = Scene::new(mode, argument).plays();
        assert_eq!(class(&end), wanted, "{mode} {argument}: {end:?}");
    }
    let mut words = Scene::new("words", "");
    words.agent.failure_words = vec!["Error: Failed to get response".to_owned()];
    let end = words.plays();
    assert_eq!(end.failure.map(|failure| failure.class), Some(Class::Transient));
    let mut missing = Scene::new("good", "");
    missing.agent.line = vec!["no-such-program-at-all".to_owned()];
    assert!(matches!(missing.plays().exit, Exit::NotStarted(_)));
}

fn asks(call: &str, answer: Option<&str>) -> (Scene, TurnEnd) {
    let mut scene = Scene::new("asks", call);
    scene.ears.answer = answer.map(str::to_owned);
    let end = scene.plays();
    (scene, end)
}

#[test]
fn leave_is_given_by_policy_and_chosen_by_kind() {
    let inside = r#"{"toolCallId":"1","title":"Write a.txt","kind":"edit","locations":[{"path":"a.txt"}],"rawInput":{"filePath":"a.txt"}}"#;
    let (scene, end) = asks(inside, None);
    assert!(scene.file("allowed.txt").is_file() && scene.ears.asked.lock().unwrap().is_empty(), "{end:?}");
    assert_eq!(class(&end), None);
    let outside =
        r#"{"toolCallId":"1","title":"Write it","kind":"edit","rawInput":{"filePath":"/etc/segue.txt"}}"#;
    let (scene, end) = asks(outside, None);
    assert!(!scene.file("allowed.txt").exists() && scene.ears.asked.lock().unwrap().is_empty());
    assert_eq!(class(&end), Some(Class::Escalate), "{end:?}");
    assert!(scene.said().contains("[refused] It wanted to change /etc/segue.txt"), "{}", scene.said());
    let looks = r#"{"toolCallId":"1","title":"Read it","kind":"read","rawInput":{"filePath":"/etc/passwd"}}"#;
    let (scene, end) = asks(looks, None);
    assert!(!scene.file("allowed.txt").exists());
    assert_eq!(class(&end), None, "a refused look is no failure: {end:?}");
}

#[test]
fn a_person_is_asked_for_the_rest() {
    let push = r#"{"toolCallId":"1","title":"git push","kind":"execute","rawInput":{"command":"git push"}}"#;
    let (scene, end) = asks(push, Some("once"));
    assert!(scene.file("allowed.txt").is_file() && class(&end).is_none(), "{end:?}");
    let asked = scene.ears.asked.lock().unwrap().clone();
    assert_eq!(
        asked,
        [(
            "May it run `git push`? That cannot be undone.".to_owned(),
            vec!["once".to_owned(), "deny".to_owned()]
        )]
    );
    let (scene, end) = asks(push, Some("deny"));
    assert!(!scene.file("allowed.txt").exists());
    assert_eq!(class(&end), Some(Class::Escalate), "{end:?}");
    assert!(end.failure.unwrap().text.starts_with("Leave was denied. May it run `git push`?"));
    // Nobody answers: the clock of the agent stands still until the turn is stopped.
    let mut scene = Scene::new("asks", push);
    scene.turn.silence = Duration::from_millis(200);
    scene.turn.total = Duration::from_millis(400);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let end = runtime.block_on(async {
        let turn = scene.agent.turn(&scene.turn, &scene.ears);
        tokio::pin!(turn);
        let early = tokio::time::timeout(Duration::from_secs(2), &mut turn).await;
        assert!(early.is_err(), "{early:?}");
        scene.stop.send(true).unwrap();
        turn.await
    });
    assert_eq!((end.exit, os::marked(&scene.turn.marker).len()), (Exit::Stopped, 0));
}

#[test]
fn modes_and_models_are_chosen_where_they_are_offered() {
    let mut scene = Scene::new("chooses", "");
    scene.agent.mode = Some("careful".to_owned());
    scene.turn.model = Some("big".to_owned());
    scene.plays();
    let chosen = |name: &str| std::fs::read_to_string(scene.file(name)).ok();
    assert_eq!(chosen("set-how.txt").as_deref(), Some("careful"), "{}", scene.said());
    assert_eq!(chosen("set-which.txt").as_deref(), Some("own/big"));
    let mut scene = Scene::new("modes", "careful");
    scene.agent.plan_mode = Some("careful".to_owned());
    scene.turn.kind = TurnKind::Plan;
    scene.turn.model = Some("another".to_owned());
    scene.plays();
    assert_eq!(std::fs::read_to_string(scene.file("set-mode.txt")).unwrap(), "careful\n");
    assert!(scene.said().contains("[session] It offers no model `another`"), "{}", scene.said());
}

#[test]
fn a_later_turn_goes_on_with_the_session() {
    let mut scene = Scene::new("loads", "");
    scene.plays();
    scene.turn.number = 2;
    scene.turn.kind = TurnKind::Answer { answer: "yes".to_owned() };
    let end = scene.plays();
    assert!(!scene.said().contains("Told before."), "what is replayed is not said again");
    assert_eq!(std::fs::read_to_string(scene.file("written.txt")).unwrap(), "Write it.\nsession-new\n");
    assert_eq!(class(&end), None);
    assert_eq!(loaded(&scene), "session/load session-new\n");
    assert!(scene.said().contains("[session] It goes on with its earlier session."), "{}", scene.said());
    // One of which is known that it cannot begins anew.
    std::fs::remove_file(scene.file("loaded.txt")).unwrap();
    scene.agent.loads = false;
    assert_eq!((class(&scene.plays()), loaded(&scene).as_str()), (None, ""));
}

/// How the earlier session was gone on with.
fn loaded(scene: &Scene) -> String {
    std::fs::read_to_string(scene.file("loaded.txt")).unwrap_or_default()
}

/// Who can go on without telling all of it again is asked for that.
#[test]
fn a_session_is_resumed_where_the_agent_can_rather_than_loaded() {
    let mut scene = Scene::new("resumes", "http");
    scene.plays();
    scene.turn.number = 2;
    scene.turn.servers = vec![server("web", address(false))];
    assert_eq!(class(&scene.plays()), None);
    assert_eq!(loaded(&scene), "session/resume session-new\n");
    let handed = std::fs::read_to_string(scene.file("servers.json")).unwrap();
    assert!(handed.contains("\"web\""), "{handed}");
}

#[test]
fn a_session_that_is_gone_is_begun_anew() {
    let mut scene = Scene::new("forgets", "");
    scene.plays();
    scene.turn.number = 2;
    assert_eq!(class(&scene.plays()), None);
    assert_eq!(std::fs::read_to_string(scene.file("written.txt")).unwrap(), "Write it.\nsession-new\n");
    assert!(scene.said().contains("[session] The earlier session could not be loaded."), "{}", scene.said());
}

/// The attempt after one that was interrupted goes on with its session, in a worktree of its own; no other
/// attempt does, and no other agent.
#[test]
fn an_interrupted_attempt_hands_its_session_to_the_next() {
    let mut scene = Scene::new("loads", "");
    scene.plays();
    let first = scene.turn.marker.clone();
    let next = |number: u32| first.replace("/a/1", &format!("/a/{number}"));
    scene.turn.marker = next(2);
    scene.plays();
    assert_eq!(loaded(&scene), "", "what failed is not gone on with");
    (scene.turn.marker, scene.turn.interrupted) = (next(4), vec![next(3), first.clone()]);
    scene.plays();
    assert_eq!(loaded(&scene), "session/load session-new\n");
    std::fs::remove_file(scene.file("loaded.txt")).unwrap();
    scene.turn.marker = next(5);
    scene.agent.line.push("another".to_owned());
    scene.plays();
    assert_eq!(loaded(&scene), "");
}
