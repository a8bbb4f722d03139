//! `load gen` sends pre-encoded OTLP traces; `load sink` counts what arrives.

mod args;
mod bodies;
mod client;
mod generate;
mod report;
mod schedule;
mod sink;
mod tally;
mod wire;

use std::error::Error;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const USAGE: &str = "\
load gen --target HOST:PORT [--protocol grpc|http] [--spans-per-request N] [--span-kb K]
         [--connections C] [--in-flight F] [--duration S] [--rate R] [--unique] [--acked FILE]
load sink [--listen HOST:PORT] [--rate SPANS_PER_S] [--track]
    stdin: `stats` prints counts as JSON, `seen FILE` writes which spans came; end of file stops
load size [--spans-per-request N] [--span-kb K]";

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_default();
    let options = args::Options::parse(words)?;
    match command.as_str() {
        "gen" => runtime.block_on(generate::run(options)),
        "sink" => runtime.block_on(sink::run(options)),
        "size" => bodies::print_size(&options),
        _ => Err(USAGE.into()),
    }
}
