//! The flags that settings have, made from what is declared of them.

use std::ffi::OsString;

use crate::config::{Flags, Form, Kind, with_flag};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, value_parser};

/// Adds the flags that every command has, or one.
pub(super) fn add_to(command: clap::Command, of: Option<&str>) -> clap::Command {
    command.args(with_flag(of).map(|(declaration, flag)| {
        let help = declaration.why_set().trim_end_matches('.');
        let arg = Arg::new(declaration.key).long(flag.name.trim_start_matches('-')).help(help).global(of.is_none());
        let arg = if of.is_none() { arg.help_heading("Options of every command") } else { arg };
        match declaration.kind {
            Kind::Bool => arg.action(ArgAction::SetTrue),
            Kind::Paths => arg.value_name(flag.value_name).value_parser(value_parser!(OsString)).action(ArgAction::Append),
            Kind::Text(Form::OneOf(words)) => arg.value_name(flag.value_name).value_parser(PossibleValuesParser::new(words)),
            _ => arg.value_name(flag.value_name).value_parser(value_parser!(OsString)),
        }
    }))
}

/// Reads those flags.
pub(super) fn read(matches: &ArgMatches, of: Option<&str>, flags: &mut Flags) {
    for (declaration, _) in with_flag(of) {
        if matches!(declaration.kind, Kind::Bool) {
            if matches.get_flag(declaration.key) {
                flags.add(declaration, "true".into());
            }
        } else {
            matches.get_raw(declaration.key).into_iter().flatten().for_each(|value| flags.add(declaration, value.to_owned()));
        }
    }
}
