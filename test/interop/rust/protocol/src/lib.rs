//! The protocol of all runners: [{file, runs: [feeds, …]}, …] as JSON on stdin; for each file its runs' outputs, or an error, as JSON on stdout.
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A float32 tensor, row-major.
#[derive(Deserialize, Serialize)]
pub struct Numbers {
    pub data: Vec<f32>,
    pub shape: Vec<usize>,
}

pub type Named = BTreeMap<String, Numbers>;

#[derive(Deserialize)]
struct Given {
    file: String,
    runs: Vec<Named>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Outputs(Named),
    Error(String),
}

/// A loaded file, ready to run on feeds.
pub type Runner = Box<dyn Fn(Named) -> Result<Named, String>>;

/// Answers stdin with what a runtime makes of each file. A panic of the runtime is an error of this run.
pub fn serve(load: fn(&str) -> Result<Runner, String>) {
    let given: Vec<Given> = serde_json::from_reader(std::io::stdin().lock()).expect("a list of files with runs");
    let answers: Vec<Vec<Outcome>> = given.into_iter().map(|file| answer(load, file)).collect();
    serde_json::to_writer(std::io::stdout().lock(), &answers).expect("a stdout that can be written to");
}

fn answer(load: fn(&str) -> Result<Runner, String>, Given { file, runs }: Given) -> Vec<Outcome> {
    match caught(|| load(&file)) {
        Err(error) => runs.iter().map(|_| Outcome::Error(error.clone())).collect(),
        Ok(run) => runs
            .into_iter()
            .map(|feeds| caught(|| run(feeds)).map_or_else(Outcome::Error, Outcome::Outputs))
            .collect(),
    }
}

fn caught<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(text.or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string())).unwrap_or("panic".into()))
    })
}
