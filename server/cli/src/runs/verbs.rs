//! The verbs of `segue runs`, and what each of them takes.

use clap::{Parser, Subcommand, ValueEnum};
use segue_runs::open::{TASK_WORDS, WORDS};

const EXAMPLES: &str = "\
Examples:
  segue runs                                   all runs of this repository, the newest first
  segue runs show k3v9                         its tasks, and what waits for you
  segue runs logs k3v9/login --follow          what happens to one task, and what its agent says
  segue runs attach k3v9                       sit at it: watch, and answer; leaving does not end it
  segue runs resume k3v9 --detach              hand it to a process of its own, and go
  segue runs diff k3v9                         what it changed
  segue runs approve k3v9 --note 'Keep the old endpoint'
  segue runs answer k3v9 2                     the second option of the open question
  segue runs choose k3v9/login 2               the second variant goes on, the others go
  segue runs merge k3v9                        into the branch that is checked out here
  segue runs lessons k3v9                      what its agents learnt, as a patch; --apply writes it
  segue runs archive --state complete          remove the worktrees of all that are complete
  segue runs retry --state escalated --tasks failed    what failed, in all runs that ended so

A run is named by its id or the beginning of it, a task by RUN/TASK; where nothing is named the newest
run is meant. Several may be named at once. Exit status: 0 done, 1 refused, 2 the command itself failed.";

/// Show, answer, steer and clean up the runs of this repository.
#[derive(Clone, Debug, Parser)]
#[command(after_help = EXAMPLES, disable_help_subcommand = true)]
pub struct Args {
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// Which runs.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Chosen {
    /// Runs, or tasks of runs as RUN/TASK
    #[arg(value_name = "RUN[/TASK]")]
    pub named: Vec<String>,
    /// All runs that stand so
    #[arg(long, value_name = "STATE", value_parser = clap::builder::PossibleValuesParser::new(WORDS))]
    pub state: Vec<String>,
    /// Of these runs the tasks that stand so: queued, working, needs-you, done, done-unproved, failed, …
    #[arg(long, value_name = "STATE", value_parser = clap::builder::PossibleValuesParser::new(TASK_WORDS))]
    pub tasks: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people
    Human,
    /// As data
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Export {
    /// Every event as a line of JSON
    Jsonl,
    /// A report
    Markdown,
}

#[derive(Clone, Debug, Subcommand)]
pub enum Verb {
    /// All runs, the newest first, with the room their worktrees take
    #[command(after_help = "\
Examples:
  segue runs list --state needs-you            all that wait for a person
  segue runs list --format json                as data, with the room that worktrees take")]
    List {
        /// Only those that stand so
        #[arg(long, value_name = "STATE", value_parser = clap::builder::PossibleValuesParser::new(WORDS))]
        state: Vec<String>,
        #[arg(long, value_enum, default_value_t = Form::Human)]
        format: Form,
    },
    /// The tasks of runs, and what waits for you
    #[command(after_help = "\
Examples:
  segue runs show                              the newest run
  segue runs show k3v9                         its tasks and what waits for you; before it begins its launch list
  segue runs show k3v9 --format json           as data, with time, tokens and cost of each task")]
    Show {
        #[command(flatten)]
        chosen: Chosen,
        #[arg(long, value_enum, default_value_t = Form::Human)]
        format: Form,
    },
    /// What happened; of a task also what its agent said
    #[command(after_help = "\
Examples:
  segue runs logs k3v9                         what happened
  segue runs logs k3v9/login --follow          one task, and what its agent says, as it comes")]
    Logs {
        #[command(flatten)]
        chosen: Chosen,
        /// Go on until it is over
        #[arg(long, short)]
        follow: bool,
    },
    /// What runs or tasks changed
    #[command(after_help = "\
Examples:
  segue runs diff k3v9 --stat                  the files with their numbers of lines
  segue runs diff k3v9/login                   what one task changed")]
    Diff {
        #[command(flatten)]
        chosen: Chosen,
        /// The files with their numbers of lines only
        #[arg(long)]
        stat: bool,
    },
    /// Say yes at a gate
    #[command(after_help = "\
Examples:
  segue runs approve k3v9 --note 'Keep the old endpoint'
  segue runs approve k3v9 --gate 2             where several gates are open")]
    Approve(AtGate),
    /// Say no at a gate
    #[command(after_help = "\
Examples:
  segue runs reject k3v9 --note 'Not in this release'
  segue runs reject k3v9 --gate 2              where several gates are open")]
    Reject(AtGate),
    /// Answer the question of an agent
    #[command(after_help = "\
Examples:
  segue runs answer k3v9 'Use the new one'
  segue runs answer k3v9/login 2               the second option of what this task asks
  segue runs answer k3v9 2 --question 3        where several questions are open")]
    Answer {
        /// The run, or the task that asks
        #[arg(value_name = "RUN[/TASK]")]
        run: String,
        /// Words, or the number of an option
        answer: String,
        /// Which question, where several are open: the number that `segue runs show` prints before it
        #[arg(long, value_name = "NUMBER")]
        question: Option<u32>,
    },
    /// How the variants of a task compare: what they changed, what their commands came to, time, cost
    #[command(after_help = "\
Examples:
  segue runs compare k3v9/login
  segue runs compare k3v9/login --format json")]
    Compare {
        /// The task, as RUN/TASK
        #[arg(value_name = "RUN/TASK")]
        task: String,
        #[arg(long, value_enum, default_value_t = Form::Human)]
        format: Form,
    },
    /// Choose the variant that goes on as the result of its task; the others are removed, and kept as patches
    #[command(after_help = "\
Examples:
  segue runs choose k3v9/login 2               the second variant goes on
  segue runs choose k3v9/login none            none of them does")]
    Choose {
        /// The task, as RUN/TASK
        #[arg(value_name = "RUN/TASK")]
        task: String,
        /// The variant or its number; `none` takes none of them
        variant: String,
    },
    /// Try tasks again that failed
    #[command(after_help = "\
Examples:
  segue runs retry k3v9                        all that failed in a run
  segue runs retry k3v9/login --note 'The database is up again'
  segue runs retry --state escalated --tasks failed")]
    Retry {
        #[command(flatten)]
        chosen: Chosen,
        /// What the agent shall know
        #[arg(long)]
        note: Option<String>,
    },
    /// Sit at a run that goes on elsewhere: watch it live, and answer what it asks
    #[command(visible_alias = "watch")]
    #[command(after_help = "\
Examples:
  segue runs attach                            the newest run
  segue runs attach k3v9                       Ctrl-D or Ctrl-C leaves it going")]
    Attach {
        /// The run; the newest where none is named
        run: Option<String>,
    },
    /// Go on with runs that nobody works on, in a process of their own; on a terminal also sit at it
    #[command(after_help = "\
Examples:
  segue runs resume k3v9
  segue runs resume k3v9 --detach              return at once")]
    Resume {
        #[command(flatten)]
        chosen: Chosen,
        /// Return at once
        #[arg(long, short)]
        detach: bool,
    },
    /// End runs or tasks; what is done is kept
    #[command(after_help = "\
Examples:
  segue runs cancel k3v9                       a whole run
  segue runs cancel k3v9/login                 one task of it")]
    Cancel {
        #[command(flatten)]
        chosen: Chosen,
    },
    /// Merge runs into the branch that is checked out here, as `git merge` would
    #[command(after_help = "\
Examples:
  segue runs merge k3v9
  segue runs merge k3v9 --into main            only where main is checked out")]
    Merge {
        #[command(flatten)]
        chosen: Chosen,
        /// The branch that has to be checked out
        #[arg(long, value_name = "BRANCH")]
        into: Option<String>,
    },
    /// Remove worktrees, branches and journal of runs, after saying what would be lost
    #[command(after_help = "\
Examples:
  segue runs discard k3v9                      says what would be lost, and asks
  segue runs discard --state cancelled --yes")]
    Discard {
        #[command(flatten)]
        chosen: Chosen,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Remove the worktrees of runs; branches and journal stay
    #[command(after_help = "\
Examples:
  segue runs archive k3v9
  segue runs archive --state complete          all that are complete")]
    Archive {
        #[command(flatten)]
        chosen: Chosen,
    },
    /// What agents learnt, as changes of the memory that the plan links
    #[command(after_help = "\
Examples:
  segue runs lessons k3v9                      what would be written, and where
  segue runs lessons k3v9 --apply              write it
  segue runs lessons k3v9/login --to docs/auth.memory.md#tokens")]
    Lessons {
        #[command(flatten)]
        chosen: Chosen,
        /// Write the files; without it they are shown as a patch
        #[arg(long)]
        apply: bool,
        /// Where to, in place of what the plan links
        #[arg(long, value_name = "FILE[#SECTION]")]
        to: Option<String>,
        #[arg(long, value_enum, default_value_t = Form::Human)]
        format: Form,
    },
    /// Print the journal of runs
    #[command(after_help = "\
Examples:
  segue runs export k3v9 > report.md           a report, with the launch list
  segue runs export k3v9 --format jsonl        every event")]
    Export {
        #[command(flatten)]
        chosen: Chosen,
        #[arg(long, value_enum, default_value_t = Export::Markdown)]
        format: Export,
    },
    /// What the runs came to, by agent
    #[command(after_help = "\
Examples:
  segue runs stats                             of all runs here
  segue runs stats k3v9 --format json          of one, as data")]
    Stats {
        #[command(flatten)]
        chosen: Chosen,
        #[arg(long, value_enum, default_value_t = Form::Human)]
        format: Form,
    },
}

#[derive(Clone, Debug, clap::Args)]
pub struct AtGate {
    #[command(flatten)]
    pub chosen: Chosen,
    /// Which gate, where several are open: the number that `segue runs show` prints before it
    #[arg(long, value_name = "NUMBER")]
    pub gate: Option<u32>,
    /// What is said with it; joins the next task cards
    #[arg(long)]
    pub note: Option<String>,
}
