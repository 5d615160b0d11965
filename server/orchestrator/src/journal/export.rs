//! A run for machines: JSON lines. Every event as it stands in the journal (`"type": "event"`), and
//! beside each gate and verdict the same in the words of gate events (`"type": "gate_event"`), which
//! dashboards of plan runners read.

use crate::event::{Answer, Event, GateKind, Phase, Record, Verdict};
use crate::state::{Gate, State};
use serde_json::{Value, json};

/// The form of the gate events.
const SCHEMA: &str = "orchestrator.gate-event";
const SCHEMA_VERSION: &str = "1.1.0";

/// A run as JSON lines, each ending with a line break.
#[must_use]
pub fn json_lines(records: &[Record]) -> String {
    let mut state = State::default();
    let mut lines = String::new();
    for record in records {
        state.apply(record);
        let run = state.created.as_ref().map(|created| created.run.clone());
        let mut line = json!({ "type": "event", "time": crate::time::utc(record.at), "run": run });
        if let (Some(line), Ok(Value::Object(event))) = (line.as_object_mut(), serde_json::to_value(record)) {
            line.extend(event);
        }
        lines += &format!("{line}\n");
        if let Some(event) = gate_event(&state, record) {
            lines += &format!("{event}\n");
        }
    }
    lines
}

fn gate_event(state: &State, record: &Record) -> Option<Value> {
    match &record.event {
        Event::GateOpened(opened) => {
            let gate = state.gates.last().filter(|gate| gate.opened.gate == opened.gate)?;
            Some(of_gate(state, record, gate, "BLOCKED", &opened.text, "answer the gate"))
        }
        Event::GateAnswered { gate, answer, note, by } => {
            let gate = state.gates.iter().find(|own| own.opened.gate == *gate)?;
            let (decision, next) = match answer {
                Answer::Approve => ("GO", "go on"),
                Answer::Reject => ("BLOCKED", "stop"),
            };
            let note = note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
            Some(of_gate(state, record, gate, decision, &format!("{by}{note}"), next))
        }
        Event::PlanReviewed { part, round, verdict, notes } => {
            let (decision, next) = match verdict {
                Verdict::Approved => ("GO", "go on"),
                Verdict::NeedsRevision => ("REPLAN", "revise the plan"),
                Verdict::Rejected => ("BLOCKED", "ask a person"),
                Verdict::Abstain => ("ABSTAIN", "ask once more, then a person"),
            };
            let most = state.facts.reviews.iter().find(|own| own.part == *part).map(|own| own.rounds);
            let head = Head { event_type: "PLAN_GATE", phase: None, human: false };
            let mut event = event(state, record, &head, decision, &format!("{part}: {notes}"), next);
            event["iteration_index"] = json!(round);
            event["max_iterations"] = json!(most);
            Some(event)
        }
        Event::PreflightDone { wave, missing, .. } => {
            let (decision, next) =
                if missing.is_empty() { ("GO", "begin the wave") } else { ("BLOCKED", "ask a person") };
            let head = Head { event_type: "PREFLECT_GATE", phase: Some(*wave), human: !missing.is_empty() };
            let mut event = event(state, record, &head, decision, &missing.join("; "), next);
            event["safety_checks"] = json!(missing);
            Some(event)
        }
        _ => None,
    }
}

struct Head {
    event_type: &'static str,
    phase: Option<u32>,
    human: bool,
}

fn of_gate(state: &State, record: &Record, gate: &Gate, decision: &str, reason: &str, next: &str) -> Value {
    let wave_of = |task| state.facts.find(task).map(|(_, facts)| facts.wave);
    let (event_type, phase) = match &gate.opened.kind {
        GateKind::Launch | GateKind::Start | GateKind::Plan | GateKind::List | GateKind::Review { .. } => {
            ("PLAN_GATE", None)
        }
        GateKind::Planning { task } => ("PLAN_GATE", wave_of(task)),
        GateKind::Preflight { wave } => ("PREFLECT_GATE", Some(*wave)),
        GateKind::Wave { wave } | GateKind::Integration { wave } => ("PHASE_REVIEW_GATE", Some(*wave)),
        GateKind::Destructive { task } => ("HIGH_RISK_APPROVAL_GATE", wave_of(task)),
        GateKind::Completion => ("COMPLETION_GATE", None),
    };
    let head = Head { event_type, phase, human: gate.opened.needs_a_person };
    let mut event = event(state, record, &head, decision, reason, next);
    event["safety_checks"] = json!(gate.opened.approvals);
    event
}

fn event(state: &State, record: &Record, head: &Head, decision: &str, reason: &str, next: &str) -> Value {
    json!({
        "type": "gate_event",
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "run": state.created.as_ref().map(|created| created.run.clone()),
        "seq": record.seq,
        "event_type": head.event_type,
        "workflow_state": state.phase.map(Phase::name).unwrap_or_default().to_uppercase(),
        "phase_id": head.phase,
        "decision": decision,
        "confidence": null,
        "requires_human_approval": head.human,
        "reason": reason,
        "safety_checks": [],
        "next_action": next,
        "trace_id": trace_id(state),
        "iteration_index": 1,
        "max_iterations": 1,
    })
}

/// A UUID of version 4, the same for all of a run.
fn trace_id(state: &State) -> String {
    let (run, seed) =
        state.created.as_ref().map(|created| (created.run.as_str(), created.seed)).unwrap_or_default();
    let mut bits = [0xcbf2_9ce4_8422_2325_u64 ^ seed, 0x8422_2325_cbf2_9ce4 ^ seed.rotate_left(32)];
    for byte in run.bytes() {
        for half in &mut bits {
            *half = (*half ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(7);
        }
    }
    let [high, low] = bits;
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        (low >> 48 & 0x3fff) | 0x8000,
        low & 0xffff_ffff_ffff
    )
}
