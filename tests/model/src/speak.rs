//! The two forms in which agents ask, and in which they are answered.

use crate::tools::Answer;
use crate::{Request, Turn};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

const MODEL: &str = "scripted";

/// What a message says: its text, or the texts of its parts.
fn text_of(content: &Value) -> String {
    let parts = content.as_array().into_iter().flatten().filter_map(|part| part["text"].as_str());
    content.as_str().map_or_else(|| parts.collect::<Vec<_>>().join("\n"), str::to_owned)
}

/// Reads a request for chat completions.
pub fn of_chat(body: &Value) -> Request {
    let mut request = Request::default();
    for message in body["messages"].as_array().into_iter().flatten() {
        if message["role"] == "user" {
            request.turns.push(Turn::Said(text_of(&message["content"])));
        }
        let calls = message["tool_calls"].as_array().into_iter().flatten();
        request.turns.extend(calls.map(|_| Turn::Called));
    }
    for tool in body["tools"].as_array().into_iter().flatten() {
        if let Some(name) = tool["function"]["name"].as_str() {
            request.tools.insert(name.to_owned(), Some(tool["function"]["parameters"].clone()));
        }
    }
    request
}

/// Reads a request for responses.
pub fn of_responses(body: &Value) -> Request {
    let mut request = Request::default();
    if let Some(text) = body["input"].as_str() {
        request.turns.push(Turn::Said(text.to_owned()));
    }
    add_tools(&body["tools"], &mut request);
    for item in body["input"].as_array().into_iter().flatten() {
        match item["type"].as_str().unwrap_or("message") {
            "message" if item["role"] == "user" => request.turns.push(Turn::Said(text_of(&item["content"]))),
            "function_call" | "custom_tool_call" | "local_shell_call" => request.turns.push(Turn::Called),
            "additional_tools" => add_tools(&item["tools"], &mut request),
            _ => {}
        }
    }
    request
}

fn add_tools(tools: &Value, request: &mut Request) {
    for tool in tools.as_array().into_iter().flatten() {
        add_tools(&tool["tools"], request);
        if let Some(name) = tool["name"].as_str().filter(|_| tool["tools"].is_null()) {
            request.tools.insert(name.to_owned(), tool.get("parameters").cloned());
        }
    }
}

fn id(what: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{what}_{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn chat_usage() -> Value {
    json!({ "prompt_tokens": 1000, "completion_tokens": 20, "total_tokens": 1020 })
}

fn chat_call(answer: &Answer) -> Option<Value> {
    let (tool, input) = match answer {
        Answer::Words(_) => return None,
        Answer::Call { tool, input } => (tool, input.to_string()),
        Answer::Free { tool, input } => (tool, json!({ "input": input }).to_string()),
    };
    Some(
        json!({ "index": 0, "id": id("call"), "type": "function", "function": { "name": tool, "arguments": input } }),
    )
}

/// A chat completion as a stream.
pub fn chat(answer: &Answer) -> Vec<String> {
    let own = id("chat");
    let part = |choices: Value, usage: Value| {
        let part = json!({
            "id": own, "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": choices, "usage": usage,
        });
        format!("data: {part}\n\n")
    };
    let delta = |delta: Value, end: Value| {
        part(json!([{ "index": 0, "delta": delta, "finish_reason": end }]), Value::Null)
    };
    let mut parts = vec![delta(json!({ "role": "assistant", "content": "" }), Value::Null)];
    let end = match (answer, chat_call(answer)) {
        (_, Some(call)) => {
            parts.push(delta(json!({ "tool_calls": [call] }), Value::Null));
            "tool_calls"
        }
        (Answer::Words(text), None) => {
            let words = text.split_inclusive(' ').map(|word| delta(json!({ "content": word }), Value::Null));
            parts.extend(words);
            "stop"
        }
        _ => "stop",
    };
    parts.push(delta(json!({}), json!(end)));
    parts.push(part(json!([]), chat_usage()));
    parts.push("data: [DONE]\n\n".to_owned());
    parts
}

/// The same in one piece.
pub fn chat_whole(answer: &Answer) -> Value {
    let call = chat_call(answer);
    let text = if let Answer::Words(text) = answer { json!(text) } else { Value::Null };
    let end = if call.is_some() { "tool_calls" } else { "stop" };
    json!({
        "id": id("chat"), "object": "chat.completion", "created": 1, "model": MODEL, "usage": chat_usage(),
        "choices": [{ "index": 0, "finish_reason": end,
            "message": { "role": "assistant", "content": text, "tool_calls": call.map(|call| vec![call]) } }],
    })
}

fn item(answer: &Answer) -> Value {
    match answer {
        Answer::Words(text) => json!({
            "type": "message", "id": id("msg"), "status": "completed", "role": "assistant",
            "content": [{ "type": "output_text", "text": text, "annotations": [] }],
        }),
        Answer::Call { tool, input } => json!({
            "type": "function_call", "id": id("fc"), "call_id": id("call"), "status": "completed", "name": tool,
            "arguments": input.to_string(),
        }),
        Answer::Free { tool, input } => json!({
            "type": "custom_tool_call", "id": id("ctc"), "call_id": id("call"), "status": "completed", "name": tool,
            "input": input,
        }),
    }
}

fn response(item: &[Value], status: &str) -> Value {
    let usage = json!({
        "input_tokens": 1000, "input_tokens_details": { "cached_tokens": 0 }, "output_tokens": 20,
        "output_tokens_details": { "reasoning_tokens": 0 }, "total_tokens": 1020,
    });
    json!({ "id": id("resp"), "object": "response", "created_at": 1, "status": status, "model": MODEL, "output": item, "usage": usage })
}

/// A response as a stream.
pub fn responses(answer: &Answer) -> Vec<String> {
    let item = item(answer);
    let event = |name: &str, mut data: Value| {
        data["type"] = json!(name);
        format!("event: {name}\ndata: {data}\n\n")
    };
    let mut parts = vec![event("response.created", json!({ "response": response(&[], "in_progress") }))];
    parts.push(event("response.output_item.added", json!({ "output_index": 0, "item": item })));
    if let Answer::Words(text) = answer {
        let words = text.split_inclusive(' ');
        let delta =
            |word| json!({ "output_index": 0, "content_index": 0, "item_id": item["id"], "delta": word });
        parts.extend(words.map(|word| event("response.output_text.delta", delta(word))));
    }
    parts.push(event("response.output_item.done", json!({ "output_index": 0, "item": item })));
    parts.push(event("response.completed", json!({ "response": response(&[item], "completed") })));
    parts
}

/// The same in one piece.
pub fn responses_whole(answer: &Answer) -> Value {
    response(&[item(answer)], "completed")
}
