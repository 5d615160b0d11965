//! The words that fields of plans have, by their keys in ControlFlow's schema.

/// The seven risks of a review.
pub(crate) const RISKS: &[&str] = &[
    "data_volume",
    "performance",
    "concurrency",
    "access_control",
    "migration_rollback",
    "dependency",
    "operability",
];

/// Named quality gates.
pub(crate) const GATES: &[&str] =
    &["tests_pass", "lint_clean", "schema_valid", "safety_clear", "human_approved_if_required"];

/// How far a plan is.
pub(crate) const STATUSES: &[&str] = &["READY_FOR_EXECUTION", "ABSTAIN", "REPLAN_REQUIRED"];

/// How far an implementation plan is.
pub(crate) const STATUSES_OF_IMPLEMENTATION: &[&str] =
    &["Completed", "In progress", "Planned", "Deprecated", "On Hold"];

/// How large a plan is.
pub(crate) const TIERS: &[&str] = &["TRIVIAL", "SMALL", "MEDIUM", "LARGE"];

/// Whether a risk concerns the plan.
pub(crate) const APPLICABILITIES: &[&str] = &["applicable", "not_applicable", "uncertain"];

/// How bad a risk would be.
pub(crate) const IMPACTS: &[&str] = &["LOW", "MEDIUM", "HIGH", "UNKNOWN"];

/// What becomes of a reviewed risk.
pub(crate) const DISPOSITIONS: &[&str] =
    &["resolved", "open_question", "research_phase_added", "not_applicable"];

/// Whether a phase changes anything.
pub(crate) const PHASE_TYPES: &[&str] = &["modifying", "read_only"];

/// How much may go wrong in a task.
pub(crate) const LEVELS: &[&str] = &["low", "medium", "high"];

/// The fields whose values are words of a list.
pub(crate) const FIELDS: &[(&str, &[&str])] = &[
    ("status", STATUSES),
    ("complexity_tier", TIERS),
    ("phase_type", PHASE_TYPES),
    ("quality_gates", GATES),
    ("category", RISKS),
    ("applicability", APPLICABILITIES),
    ("impact", IMPACTS),
    ("disposition", DISPOSITIONS),
    ("risk", LEVELS),
    ("action", &["create", "modify", "review", "reference"]),
    ("classification", &["transient", "fixable", "needs_replan", "escalate", "model_unavailable"]),
];

/// The words of a field.
pub(crate) fn of(field: &str) -> Option<&'static [&'static str]> {
    FIELDS.iter().find(|(own, _)| *own == field).map(|(_, words)| *words)
}
