//! The server over HTTP: by the SDK, and in ways that it would never take.

use super::{Tools, usual};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

pub fn serve(mode: &str, argument: Option<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    println!("{}", listener.local_addr().expect("an address").port());
    std::io::stdout().flush().unwrap();
    if mode == "http" {
        listener.set_nonblocking(true).unwrap();
        super::runtime().block_on(well(listener));
        return;
    }
    for stream in listener.incoming().flatten() {
        let (mode, argument) = (mode.to_owned(), argument.clone());
        std::thread::spawn(move || badly(stream, &mode, argument.as_deref()));
    }
}

async fn well(listener: TcpListener) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
    let service = StreamableHttpService::new(
        || Ok(Tools { all: usual(), page: 2, circle: false }),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default(),
    );
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let service = TowerToHyperService::new(service.clone());
        let watched = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            // Who is to be let in has to say so.
            let allowed = request.headers().get("x-key").is_none_or(|value| value == "right");
            let service = service.clone();
            async move {
                let mut response = hyper::service::Service::call(&service, request).await?;
                if !allowed {
                    *response.status_mut() = hyper::StatusCode::FORBIDDEN;
                }
                Ok::<_, std::convert::Infallible>(response)
            }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), watched));
    }
}

fn badly(mut stream: TcpStream, mode: &str, argument: Option<&str>) {
    let mut request = [0; 64 * 1024];
    let _ = stream.read(&mut request);
    let answer =
        |head: &str, body: &str| format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let text = match mode {
        "http-hang" => {
            std::thread::park();
            return;
        }
        "http-flood" => {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n\"";
            let _ = stream.write_all(head.as_bytes());
            let many = "x".repeat(64 * 1024);
            while stream.write_all(many.as_bytes()).is_ok() {}
            return;
        }
        "http-redirect" => answer(&format!("307 Moved\r\nLocation: {}", argument.expect("an address")), ""),
        "http-refuse" => answer("401 Unauthorized\r\nWWW-Authenticate: Bearer", ""),
        "http-garbage" => answer("200 OK\r\nContent-Type: text/html", "<html>hello</html>"),
        other => panic!("there is no mode {other}"),
    };
    let _ = stream.write_all(text.as_bytes());
}
