//! Problems as bytes, and back.

use super::bytes::{Damage, Read, Reader, Writer};
use super::program::{read_range, write_range};
use crate::causality;
use crate::problem::{About, Part, Problem, Structure, TraceLine};

pub(crate) fn write(out: &mut Writer, it: &Problem) {
    out.option(it.kind.as_deref(), Writer::text);
    out.all(it.message.iter(), |out, it| match it {
        Part::Text(it) => {
            out.byte(0);
            out.text(it);
        }
        Part::Quote(it) => {
            out.byte(1);
            out.value(*it);
        }
        Part::Print(it) => {
            out.byte(2);
            out.value(*it);
        }
        Part::TypeOf(it) => {
            out.byte(3);
            out.value(*it);
        }
    });
    match &it.about {
        About::Message => out.byte(0),
        About::Coercion { specimen, guard } => {
            out.byte(1);
            out.value(*specimen);
            out.value(*guard);
        }
        About::Structure(it) => {
            out.byte(2);
            out.value(it.types);
            out.value(it.properties);
            out.value(it.printer);
        }
    }
    out.option(it.subject.as_deref().copied(), Writer::value);
    out.all(it.trace.iter(), |out, it| {
        out.text(&it.place);
        out.text(&it.source);
        write_range(out, it.range);
    });
    out.option(it.sent, causality::save);
}

pub(crate) fn read(from: &mut Reader<'_>) -> Read<Problem> {
    Ok(Problem {
        kind: from.option(Reader::arc)?,
        message: from.all(|from| {
            Ok(match from.byte()? {
                0 => Part::Text(from.arc()?),
                1 => Part::Quote(from.value()?),
                2 => Part::Print(from.value()?),
                3 => Part::TypeOf(from.value()?),
                _ => return Err(Damage("not a part of a message")),
            })
        })?,
        about: match from.byte()? {
            0 => About::Message,
            1 => About::Coercion { specimen: from.value()?, guard: from.value()? },
            2 => {
                let (types, properties) = (from.value()?, from.value()?);
                About::Structure(Box::new(Structure { types, properties, printer: from.value()? }))
            }
            _ => return Err(Damage("a problem about nothing known")),
        },
        subject: from.option(|from| Ok(Box::new(from.value()?)))?,
        trace: from.all(|from| {
            Ok(TraceLine { place: from.arc()?, source: from.arc()?, range: read_range(from)? })
        })?,
        sent: from.option(causality::load)?,
    })
}
