//! Streamable HTTP: exactly the address that somebody agreed to, and no other.

use crate::ask::Failure;
use crate::launch::Text;
use http::{HeaderName, HeaderValue};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::{StreamableHttpClientTransportConfig, StreamableHttpError};
use std::collections::HashMap;
use std::error::Error;
use std::sync::Once;
use std::time::Duration;

/// Why no connection came about, in the words of whoever tried it last: the system, or TLS.
pub(crate) fn unreachable(error: &(dyn Error + 'static)) -> Option<String> {
    let StreamableHttpError::Client(error) = error.downcast_ref::<StreamableHttpError<reqwest::Error>>()?
    else {
        return None;
    };
    let mut last: &(dyn Error + 'static) = error;
    while let Some(below) = last.source() {
        last = below;
    }
    error.is_connect().then(|| last.to_string())
}

/// The transport to an address.
pub(crate) fn transport(
    url: &Text,
    headers: &[(String, Text)],
    longest_message: usize,
    limit: Duration,
) -> Result<StreamableHttpClientTransport<reqwest::Client>, Failure> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // An error says that there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    // A redirect would lead to where nobody agreed to, headers and all.
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(limit)
        .read_timeout(limit)
        .user_agent(concat!("segue/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| Failure::Refused(error.to_string()))?;
    let mut all = HashMap::new();
    for (name, text) in headers {
        let wrong = || Failure::Refused(format!("`{name}` with its value is no header of HTTP"));
        let key = HeaderName::try_from(name.as_str()).map_err(|_| wrong())?;
        let mut value = HeaderValue::try_from(text.value.as_str()).map_err(|_| wrong())?;
        value.set_sensitive(true);
        all.insert(key, value);
    }
    let config = StreamableHttpClientTransportConfig::with_uri(url.value.as_str())
        .custom_headers(all)
        .max_sse_event_size(longest_message)
        .reinit_on_expired_session(false);
    Ok(StreamableHttpClientTransport::with_client(client, config))
}
