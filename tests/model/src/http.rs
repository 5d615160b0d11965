//! As much of HTTP as a test needs, by hand: a library would not drop a stream in its middle.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};

/// A request.
pub struct Asked {
    pub path: String,
    pub body: Value,
}

/// Reads a request; `None` where it is none.
pub fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { path, body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
}

/// Answers with one object.
pub fn json(stream: &mut TcpStream, status: u16, body: &Value) {
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status} Scripted\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all((head + &body).as_bytes());
}

/// Answers with a stream of events; one that is not whole breaks off.
pub fn stream(stream: &mut TcpStream, events: &[String], whole: bool) {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    let mut all = head.to_owned();
    for event in events {
        all += &format!("{:x}\r\n{event}\r\n", event.len());
    }
    if whole {
        all += "0\r\n\r\n";
    }
    let _ = stream.write_all(all.as_bytes());
    let _ = stream.flush();
    let _ = stream.shutdown(Shutdown::Write);
}

/// Says nothing until the other side goes.
pub fn wait_for_the_end(stream: &mut TcpStream) {
    let mut nothing = [0; 1];
    let _ = stream.read(&mut nothing);
}
