//! A server of the Model Context Protocol that behaves as it is told: well, or as servers must not.
//!
//! ```text
//! segue-test-mcp [--pid FILE] MODE [ARGUMENT]
//! ```
//!
//! A library too, so that the suites of the binary can be servers themselves ([`run_where_told`]).
//!
//! On stdio: `well`, `pages N`, `many N`, `loop`, `hang`, `die`, `half`, `flood`, `frame`, `noise`,
//! `stubborn`, `child FILE`, `daemon FILE`, `garbage`, `refuse`, `environment NAME`. Over HTTP, on a port that is printed
//! first: `http`, `http-hang`, `http-flood`, `http-redirect URL`, `http-refuse`, `http-garbage`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

mod http;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool, ToolAnnotations,
};
use rmcp::service::{RequestContext, RoleServer, ServiceExt};
use rmcp::{ErrorData, ServerHandler};
use serde_json::{Map, Value, json};
use std::future::{Future, ready};
use std::io::{BufRead, Write};
use std::process::{Command, Stdio};

/// The tools of a server that behaves, in pages of so many.
#[derive(Clone)]
struct Tools {
    all: Vec<Tool>,
    page: usize,
    /// Whether each page leads to itself.
    circle: bool,
}

impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("segue-test-mcp", "1.0.0"))
    }

    fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> impl Future<Output = Result<ListToolsResult, ErrorData>> + Send + '_ {
        let cursor = request.and_then(|params| params.cursor);
        let start: usize = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or_default();
        let end = (start + self.page).min(self.all.len());
        let mut result = ListToolsResult::with_all_items(self.all[start..end].to_vec());
        if self.circle {
            result.next_cursor = Some("0".to_owned());
        } else if end < self.all.len() {
            result.next_cursor = Some(end.to_string());
        }
        ready(Ok(result))
    }

    /// Files are written as they are told to be; nothing else is done.
    fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> impl Future<Output = Result<CallToolResponse, ErrorData>> + Send + '_ {
        let given = request.arguments.unwrap_or_default();
        let text = |name: &str| given.get(name).and_then(Value::as_str).map(str::to_owned);
        let result = match (&*request.name, text("path"), text("text")) {
            ("write_file", Some(path), Some(text)) => match std::fs::write(&path, text) {
                Ok(()) => CallToolResult::success(vec![ContentBlock::text(format!("Written: {path}"))]),
                Err(error) => CallToolResult::error(vec![ContentBlock::text(error.to_string())]),
            },
            (name, ..) => CallToolResult::error(vec![ContentBlock::text(format!("No: {name}"))]),
        };
        ready(Ok(result.into()))
    }
}

fn schema(value: Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

/// What a server of files would offer.
fn usual() -> Vec<Tool> {
    let path = json!({ "type": "string", "description": "Path of the file" });
    let one = schema(json!({ "type": "object", "required": ["path"], "properties": { "path": path } }));
    let two = schema(json!({
        "type": "object", "required": ["path", "text"],
        "properties": { "path": path, "text": { "type": "string" }, "mode": { "enum": ["replace", "append"] } }
    }));
    vec![
        Tool::new("read_file", "Reads a file.", one.clone())
            .with_annotations(ToolAnnotations::new().read_only(true)),
        Tool::new("write_file", "Writes a file.", two)
            .with_annotations(ToolAnnotations::new().read_only(false).destructive(true)),
        Tool::new("list_files", "Lists the files of a folder.", one),
    ]
}

fn numbered(count: usize) -> Vec<Tool> {
    let none = schema(json!({ "type": "object" }));
    (0..count).map(|number| Tool::new(format!("tool_{number:05}"), "One of many.", none.clone())).collect()
}

/// Behaves as the arguments say, until it is ended.
pub fn run(mut arguments: Vec<String>) {
    if arguments.first().is_some_and(|first| first == "--pid") {
        std::fs::write(&arguments[1], std::process::id().to_string()).expect("a file for the number");
        arguments.drain(..2);
    }
    let mode = arguments.first().map_or("well", String::as_str);
    let argument = || arguments.get(1).expect("an argument").clone();
    let count = || argument().parse().expect("a number");
    match mode {
        "well" => serve(usual(), 100, false),
        "pages" => serve(numbered(count()), 7, false),
        "many" => serve(numbered(count()), usize::MAX / 2, false),
        "loop" => serve(numbered(3), 3, true),
        "hang" => hang(),
        "die" => {
            next_line();
            eprintln!("no key: set THE_KEY");
            std::process::exit(3);
        }
        "half" => {
            next_line();
            print!("{{\"jsonrpc\":\"2.0\",\"id\":0,\"resu");
            std::io::stdout().flush().unwrap();
        }
        "flood" => flood(
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":1}}\n",
        ),
        "frame" => flood("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
        "noise" => {
            std::thread::spawn(|| {
                loop {
                    eprintln!("noise noise noise noise noise noise noise noise noise noise noise");
                }
            });
            serve(usual(), 100, false);
        }
        "stubborn" => {
            runtime().block_on(async {
                let mut asked =
                    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).unwrap();
                tokio::spawn(async move { while asked.recv().await.is_some() {} });
                on_stdio(usual(), 100, false).await;
                std::future::pending::<()>().await;
            });
        }
        "child" => {
            start_another(&["sh", "-c", "echo $$ > \"$0\"; exec sleep 1000", &argument()]);
            serve(usual(), 100, false);
        }
        "daemon" => {
            start_another(&["setsid", "sh", "-c", "echo $$ > \"$0\"; exec sleep 1000", &argument()]);
            serve(usual(), 100, false);
        }
        "garbage" => {
            println!("Welcome to the server!");
            println!("{{\"jsonrpc\": 7}}");
            println!("[]");
            next_line();
            println!("{{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{{\"tools\":\"none\"}}}}");
            hang();
        }
        "meet" => {
            let folder = std::path::PathBuf::from(argument());
            std::fs::write(folder.join(std::process::id().to_string()), "").expect("a place to meet");
            let wanted: usize = arguments[2].parse().expect("a number");
            while std::fs::read_dir(&folder).is_ok_and(|there| there.count() < wanted) {
                std::thread::yield_now();
            }
            serve(usual(), 100, false);
        }
        "refuse" => {
            while let Some(line) = next_line() {
                let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
                let id = &message["id"];
                println!(
                    "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"error\":{{\"code\":-32603,\"message\":\"closed today\"}}}}"
                );
            }
        }
        "environment" => {
            let value = std::env::var(argument()).unwrap_or_default();
            let folder = std::env::current_dir().unwrap();
            let none = schema(json!({ "type": "object" }));
            serve(vec![Tool::new("value", format!("{value} in {}", folder.display()), none)], 100, false);
        }
        other => http::serve(other, arguments.get(1).cloned()),
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn serve(all: Vec<Tool>, page: usize, circle: bool) {
    runtime().block_on(on_stdio(all, page, circle));
}

async fn on_stdio(all: Vec<Tool>, page: usize, circle: bool) {
    if let Ok(running) = (Tools { all, page, circle }).serve(rmcp::transport::stdio()).await {
        let _ = running.waiting().await;
    }
}

fn next_line() -> Option<String> {
    let mut line = String::new();
    (std::io::stdin().lock().read_line(&mut line).ok()? > 0).then_some(line)
}

fn hang() {
    loop {
        std::thread::park();
    }
}

fn flood(text: &str) {
    let many = text.repeat(1_000);
    let mut stdout = std::io::stdout().lock();
    while stdout.write_all(many.as_bytes()).is_ok() {}
}

/// Starts a process that stays, and waits until it has told its number.
#[expect(clippy::zombie_processes, reason = "it is meant to be left behind")]
fn start_another(words: &[&str]) {
    let file = words.last().unwrap();
    Command::new(words[0])
        .args(&words[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("another process");
    while !std::fs::read_to_string(file).is_ok_and(|text| text.ends_with('\n')) {
        std::thread::yield_now();
    }
}

/// The variable that tells a test's own process to be a server: its arguments as a list in JSON.
pub const TOLD: &str = "SEGUE_TEST_MCP";

/// Behaves as the environment says, and does nothing where it says nothing.
pub fn run_where_told() {
    if let Ok(words) = std::env::var(TOLD) {
        run(serde_json::from_str(&words).expect("a list of words"));
        std::process::exit(0);
    }
}
