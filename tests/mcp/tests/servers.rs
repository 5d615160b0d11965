//! Real servers over real pipes and sockets: what is asked, what is not believed, and that nothing stays.
//!
//! Limits of time are arguments; none of them is what a test waits for, except where nothing else ends it.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use segue_mcp::{Answer, Failure, Launch, Limits, Text, ask, ask_all};
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const SERVER: &str = env!("CARGO_BIN_EXE_segue-test-mcp");

/// Limits that only a server that has to be stopped reaches.
fn patient() -> Limits {
    Limits { answer: Duration::from_secs(60), all: Duration::from_secs(120), ..Limits::default() }
}

/// Limits for servers that never answer.
fn hasty() -> Limits {
    Limits { answer: Duration::from_millis(300), grace: Duration::from_millis(100), ..patient() }
}

fn text(value: &str) -> Text {
    Text { value: value.to_owned(), shown: value.to_owned() }
}

fn process(words: &[&str]) -> Launch {
    Launch::Process {
        program: text(SERVER),
        args: words.iter().map(|word| text(word)).collect(),
        env: Vec::new(),
        folder: std::env::temp_dir(),
    }
}

fn run(launch: &Launch, limits: &Limits) -> Result<Answer, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(ask(launch, limits))
}

fn names(answer: &Answer) -> Vec<&str> {
    answer.tools.iter().map(|tool| tool.name.as_str()).collect()
}

/// Whether the process whose number a file tells is gone, or waits for its parent to notice.
fn is_gone(file: &Path) -> bool {
    let id = std::fs::read_to_string(file).unwrap();
    let status = Command::new("ps").args(["-o", "stat=", "-p", id.trim()]).output().unwrap();
    let state = String::from_utf8_lossy(&status.stdout).trim().to_owned();
    state.is_empty() || state.starts_with('Z')
}

struct Numbers {
    folder: tempfile::TempDir,
}

impl Numbers {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn word(&self, name: &str) -> String {
        self.at(name).to_str().unwrap().to_owned()
    }
}

#[test]
fn a_server_tells_its_tools() {
    let numbers = Numbers::new();
    let answer = run(&process(&["--pid", &numbers.word("server"), "well"]), &patient()).unwrap();
    assert_eq!(names(&answer), ["list_files", "read_file", "write_file"]);
    assert!(!answer.cut && !answer.dynamic);
    let write = &answer.tools[2];
    assert_eq!(write.description.as_deref(), Some("Writes a file."));
    assert_eq!((write.read_only, write.destructive), (Some(false), Some(true)));
    let arguments: Vec<_> =
        write.arguments.iter().map(|own| (own.name.as_str(), own.kind.as_deref(), own.required)).collect();
    assert_eq!(
        arguments,
        [
            ("path", Some("string"), true),
            ("text", Some("string"), true),
            ("mode", Some("\"replace\" | \"append\""), false)
        ]
    );
    assert!(is_gone(&numbers.at("server")));
}

#[test]
fn pages_are_followed_to_a_limit() {
    let answer = run(&process(&["pages", "40"]), &patient()).unwrap();
    assert_eq!((answer.tools.len(), answer.cut), (40, false));
    let answer = run(&process(&["pages", "40"]), &Limits { pages: 3, ..patient() }).unwrap();
    assert_eq!((answer.tools.len(), answer.cut), (21, true));
    let answer = run(&process(&["many", "5000"]), &patient()).unwrap();
    assert_eq!((answer.tools.len(), answer.cut), (2000, true));
    // A page that leads to itself.
    let answer = run(&process(&["loop"]), &patient()).unwrap();
    assert_eq!((answer.tools.len(), answer.cut), (3, true));
}

#[test]
fn the_environment_and_the_folder_are_those_of_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let secret = Text { value: "s3cret".to_owned(), shown: "${env:KEY}".to_owned() };
    let launch = Launch::Process {
        program: text(SERVER),
        args: vec![text("environment"), text("THE_KEY")],
        env: vec![("THE_KEY".to_owned(), secret)],
        folder: folder.clone(),
    };
    let answer = run(&launch, &patient()).unwrap();
    assert_eq!(answer.tools[0].description, Some(format!("s3cret in {}", folder.display())));
}

#[test]
fn one_that_hangs_is_ended() {
    let numbers = Numbers::new();
    let failure = run(&process(&["--pid", &numbers.word("server"), "hang"]), &hasty()).unwrap_err();
    assert_eq!(failure, Failure::Late { within: hasty().answer, said: None });
    assert_eq!(failure.to_string(), "it did not answer within 0.3 s");
    assert!(is_gone(&numbers.at("server")));
}

#[test]
fn one_that_dies_is_told_with_its_last_words() {
    let failure = run(&process(&["die"]), &patient()).unwrap_err();
    assert_eq!(failure.to_string(), "it ended before it answered; it said: no key: set THE_KEY");
    // In the middle of its answer.
    assert_eq!(run(&process(&["half"]), &patient()), Err(Failure::Ended(None)));
}

#[test]
fn floods_are_cut_off() {
    let numbers = Numbers::new();
    for mode in ["flood", "frame"] {
        let limits = Limits { output: 4 * 1024 * 1024, ..patient() };
        let failure = run(&process(&["--pid", &numbers.word(mode), mode]), &limits).unwrap_err();
        assert_eq!(failure, Failure::TooMuch(limits.output), "{mode}");
        assert!(is_gone(&numbers.at(mode)), "{mode}");
    }
    // Noise beside the answer is read and forgotten.
    let answer = run(&process(&["noise"]), &patient()).unwrap();
    assert_eq!(answer.tools.len(), 3);
}

#[test]
fn one_that_does_not_want_to_end_is_killed() {
    let numbers = Numbers::new();
    let limits = Limits { grace: Duration::from_millis(100), ..patient() };
    let answer = run(&process(&["--pid", &numbers.word("server"), "stubborn"]), &limits).unwrap();
    assert_eq!(answer.tools.len(), 3);
    assert!(is_gone(&numbers.at("server")));
}

#[test]
fn what_it_started_ends_with_it() {
    let numbers = Numbers::new();
    let answer = run(&process(&["child", &numbers.word("child")]), &patient()).unwrap();
    assert_eq!(answer.tools.len(), 3);
    assert!(is_gone(&numbers.at("child")));
}

/// It left the group, and still has the mark.
#[cfg(target_os = "linux")]
#[test]
fn what_made_itself_a_daemon_ends_with_it() {
    let numbers = Numbers::new();
    let answer = run(&process(&["daemon", &numbers.word("daemon")]), &patient()).unwrap();
    assert_eq!(answer.tools.len(), 3);
    assert!(is_gone(&numbers.at("daemon")));
}

#[test]
fn what_is_no_answer_is_no_answer() {
    let failure = run(&process(&["garbage"]), &hasty()).unwrap_err();
    assert!(matches!(failure, Failure::Refused(_) | Failure::Late { .. }), "{failure:?}");
    let failure = run(&process(&["refuse"]), &patient()).unwrap_err();
    assert_eq!(failure.to_string(), "it answered with an error: closed today");
}

#[test]
fn what_cannot_be_started_is_said() {
    let launch = Launch::Process {
        program: text("no-such-program-anywhere"),
        args: Vec::new(),
        env: Vec::new(),
        folder: std::env::temp_dir(),
    };
    let failure = run(&launch, &patient()).unwrap_err();
    assert_eq!(
        failure.to_string(),
        "it cannot be started: there is no program `no-such-program-anywhere`, or not the folder it starts in"
    );
}

#[test]
fn somebody_who_stops_waiting_leaves_nothing() {
    let numbers = Numbers::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let launch = process(&["child", &numbers.word("child")]);
    let file = numbers.at("child");
    let hanging = process(&["--pid", &numbers.word("server"), "hang"]);
    runtime.block_on(async {
        let limits = patient();
        let started = async {
            while !std::fs::read_to_string(numbers.at("server")).is_ok_and(|text| !text.is_empty()) {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            result = ask(&hanging, &limits) => panic!("it hangs, and answered {result:?}"),
            () = started => {}
        }
        ask(&launch, &limits).await.unwrap();
    });
    assert!(is_gone(&numbers.at("server")));
    assert!(is_gone(&file));
}

#[test]
fn several_are_asked_some_at_a_time() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let launches: Vec<Launch> = (0..9)
        .map(|number| if number == 4 { process(&["die"]) } else { process(&["pages", &number.to_string()]) })
        .collect();
    let mut told = Vec::new();
    let results = runtime.block_on(ask_all(launches, &patient(), |index, _| told.push(index)));
    told.sort_unstable();
    assert_eq!(told, (0..9).collect::<Vec<_>>());
    for (number, result) in results.iter().enumerate() {
        match number {
            4 => assert!(matches!(result, Err(Failure::Ended(_)))),
            _ => assert_eq!(result.as_ref().unwrap().tools.len(), number),
        }
    }
    // One after the other, and the first takes all the time there is.
    let limits = Limits { all: Duration::from_millis(600), at_once: 1, ..hasty() };
    let launches = vec![process(&["hang"]), process(&["hang"]), process(&["hang"])];
    let results = runtime.block_on(ask_all(launches, &limits, |_, _| ()));
    assert!(results.iter().all(Result::is_err));
    assert_eq!(
        results.iter().filter(|result| **result == Err(Failure::NoTimeLeft)).count(),
        3 - 1 + usize::from(results[0] == Err(Failure::NoTimeLeft))
    );
}

/// The bounds that a person is told of.
#[test]
fn four_are_asked_at_a_time_and_each_has_its_bounds() {
    let limits = Limits::default();
    assert_eq!((limits.answer.as_secs(), limits.all.as_secs(), limits.at_once), (20, 60, 4));
    assert_eq!(limits.output, 8 * 1024 * 1024);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    // Each of them waits for three others before it answers.
    let numbers = Numbers::new();
    let launches = vec![process(&["meet", &numbers.word(""), "4"]); 4];
    let results = runtime.block_on(ask_all(launches, &patient(), |_, _| ()));
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    // And where none of four ends, no fifth begins.
    let limits = Limits { all: Duration::from_millis(500), grace: Duration::from_millis(100), ..patient() };
    let names: Vec<String> = (0..6).map(|number| format!("server{number}")).collect();
    let launches = names.iter().map(|name| process(&["--pid", &numbers.word(name), "hang"])).collect();
    let results = runtime.block_on(ask_all(launches, &limits, |_, _| ()));
    assert!(results.iter().all(Result::is_err), "{results:?}");
    let begun: Vec<&String> = names.iter().filter(|name| numbers.at(name).exists()).collect();
    assert!(begun.len() <= 4, "{begun:?}");
    assert!(begun.iter().all(|name| is_gone(&numbers.at(name))));
}

/// A server over HTTP, ended with its handle.
struct Http {
    child: Child,
    url: String,
}

impl Http {
    fn start(words: &[&str]) -> Self {
        let mut child = Command::new(SERVER).args(words).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, url: format!("http://127.0.0.1:{}/mcp", line.trim()) }
    }

    fn launch(&self, headers: &[(&str, &str)]) -> Launch {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), text(value)));
        Launch::Http { url: text(&self.url), headers: headers.collect() }
    }
}

impl Drop for Http {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_server_over_http_tells_its_tools() {
    let server = Http::start(&["http"]);
    for headers in [&[][..], &[("X-Key", "right"), ("X-More", "a b")]] {
        let answer = run(&server.launch(headers), &patient()).unwrap();
        assert_eq!(names(&answer), ["list_files", "read_file", "write_file"]);
    }
    assert!(run(&server.launch(&[("X-Key", "wrong")]), &patient()).is_err());
    let failure = run(&server.launch(&[("X Key", "right")]), &patient()).unwrap_err();
    assert_eq!(failure.to_string(), "`X Key` with its value is no header of HTTP");
}

#[test]
fn bad_servers_over_http_are_left() {
    let server = Http::start(&["http-hang"]);
    assert!(matches!(run(&server.launch(&[]), &hasty()), Err(Failure::Late { .. } | Failure::Refused(_))));
    for mode in ["http-flood", "http-refuse", "http-garbage"] {
        let server = Http::start(&[mode]);
        let failure = run(&server.launch(&[]), &patient()).unwrap_err();
        println!("{mode}: {failure}");
        assert!(matches!(failure, Failure::Refused(_)), "{mode}: {failure:?}");
    }
    // Nobody listens there, and TLS has what it needs.
    for url in ["http://127.0.0.1:1/", "https://127.0.0.1:1/?key=s3cret"] {
        let shown = Text { value: url.to_owned(), shown: "the address".to_owned() };
        let failure = run(&Launch::Http { url: shown, headers: Vec::new() }, &patient()).unwrap_err();
        assert!(matches!(failure, Failure::Refused(_)), "{failure:?}");
        assert!(failure.to_string().starts_with("it cannot be reached: "), "{failure}");
        assert!(!failure.to_string().contains("127.0.0.1"), "{failure}");
    }
}

/// Who agreed to one address agreed to no other.
#[test]
fn redirects_are_not_followed() {
    let other = Http::start(&["http"]);
    let server = Http::start(&["http-redirect", &other.url]);
    assert!(run(&other.launch(&[]), &patient()).is_ok());
    assert!(run(&server.launch(&[]), &patient()).is_err());
}
