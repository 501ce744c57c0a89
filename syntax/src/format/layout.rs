//! Where lines end, and how far the next one is moved in.
//!
//! One pass over the tokens, with a stack of the brackets that are open. Whether something fits is asked of sums
//! of widths made beforehand, so a decision costs the same however much it is about. What a decision depends on
//! is found again in its result, which is why formatting twice is formatting once:
//!
//! * a block that was on one line stays there if it fits, and otherwise has a line for each expression;
//! * brackets whose contents do not fit on the line get lines of their own: one for all, or one for each;
//! * a line end that the author made after an operator, a comma or a bracket stays;
//! * a line is moved in by four from the line on which the innermost open bracket stands, and by four more
//!   where it goes on with an expression that began a line.

use super::page::{Gap, Page, Token};
use super::{Replacement, Shape};
use crate::cst::Kind;
use text_size::{TextRange, TextSize};

/// How far a level is moved in.
const STEP: usize = 4;
/// How far a comment stands from the code before it.
const COMMENT_GAP: usize = 2;
/// Lists of more single words than this, as short as this, are filled rather than stacked.
const MANY: u32 = 5;
const SHORT_ITEM: usize = 20;

/// What brackets do with their contents.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// All on the line it began on, but for what the last item does.
    Flat,
    /// As much on a line as fits.
    Fill,
    /// A line for each item.
    Stack,
}

struct Frame {
    /// Of the line on which the bracket opens, and of what is in it.
    line: usize,
    content: usize,
    mode: Mode,
    /// Lines of their own for the contents, though the author made none.
    spread: bool,
    /// What is being written began its line.
    leads: bool,
}

/// A comment behind code: aligned with its neighbours if it was.
struct Trailing {
    line: usize,
    width: usize,
    /// Where it was.
    column: usize,
    range: TextRange,
}

pub(super) fn layout(page: &Page<'_>, shape: Shape, room: usize) -> Vec<Replacement> {
    let mut it = Layout::new(page, room);
    it.open_page(shape);
    for at in 0..page.tokens.len() {
        it.token(at);
    }
    it.end(shape);
    it.align();
    it.edits.sort_by_key(|it| (it.range.start(), it.range.end()));
    it.edits
}

struct Layout<'a> {
    page: &'a Page<'a>,
    room: usize,
    eol: &'static str,
    /// Where each token would begin if all were on one line.
    offsets: Vec<usize>,
    /// The first token from here on after which a line ends, and the first after which one may.
    next_hard: Vec<usize>,
    next_soft: Vec<usize>,
    frames: Vec<Frame>,
    /// Whether each chain is written with a line for each call.
    chains: Vec<Option<bool>>,
    edits: Vec<Replacement>,
    trailing: Vec<Trailing>,
    /// The end of the last token written, in the text.
    written: usize,
    line: usize,
    column: usize,
    indent: usize,
    /// Of the line on which each token stands.
    indents: Vec<usize>,
}

/// How the text ends its lines: as it does for the first time between two tokens. What is within one stays as
/// it is, so it has no say.
fn line_end(page: &Page) -> &'static str {
    let mut from = 0;
    let ends = page.tokens.iter().map(|it| (it.leaf.start as usize, it.leaf.start as usize + it.text.len()));
    for (start, end) in ends.chain([(page.text.len(), page.text.len())]) {
        let gap = page.text.get(from..start).unwrap_or_default();
        if let Some(at) = gap.find(['\n', '\r']) {
            return match &gap[at..] {
                rest if rest.starts_with("\r\n") => "\r\n",
                rest if rest.starts_with('\r') => "\r",
                _ => "\n",
            };
        }
        from = end;
    }
    "\n"
}

impl<'a> Layout<'a> {
    fn new(page: &'a Page<'a>, room: usize) -> Layout<'a> {
        let tokens = &page.tokens;
        let mut offsets = Vec::with_capacity(tokens.len());
        let mut offset = 0;
        for it in tokens {
            offset += if it.gap == Gap::Statement { 2 } else { usize::from(it.blank) };
            offsets.push(offset);
            offset += it.width;
        }
        let (mut next_hard, mut next_soft) = (vec![0; tokens.len()], vec![0; tokens.len()]);
        let (mut hard, mut soft) = (0, 0);
        for at in (0..tokens.len()).rev() {
            let last = at + 1 == tokens.len();
            let ends = last || tokens[at].has_lines() || tokens[at + 1].hard || tokens[at + 1].is_comment();
            hard = if ends { at } else { hard };
            soft = if last || may_break(page, at + 1) { at } else { soft };
            (next_hard[at], next_soft[at]) = (hard, soft);
        }
        Layout {
            page,
            room,
            eol: line_end(page),
            offsets,
            next_hard,
            next_soft,
            frames: Vec::new(),
            chains: vec![None; page.chains.len()],
            edits: Vec::new(),
            trailing: Vec::new(),
            written: 0,
            line: 0,
            column: 0,
            indent: 0,
            indents: Vec::with_capacity(tokens.len()),
        }
    }

    fn open_page(&mut self, shape: Shape) {
        let spread = shape == Shape::Step && self.offsets.last().is_some_and(|it| *it > 0) && {
            let last = self.page.tokens.len() - 1;
            !self.fits(0, last, 0)
        };
        self.frames.push(Frame { line: 0, content: 0, mode: Mode::Fill, spread, leads: true });
    }

    /// Writes a token, and before it what stands between it and the last one.
    fn token(&mut self, at: usize) {
        let it = self.page.tokens[at];
        if it.leaf.word == "," && self.is_left_out(at) {
            self.indents.push(self.indent);
            return;
        }
        let ends = at > 0 && (it.hard || self.breaks(at));
        if at == 0 {
            self.gap(it, String::new());
        } else if ends {
            self.line_end(at);
        } else {
            self.same_line(at);
        }
        self.indents.push(self.indent);
        if it.leaf.kind == Kind::Updoc {
            self.updoc(it);
        } else if (it.leaf.end as usize) > it.leaf.start as usize + it.text.len() {
            // Blanks behind a comment.
            let end = it.leaf.start + it.text.len() as u32;
            self.replace(end as usize..it.leaf.end as usize, String::new());
        }
        self.written = it.leaf.end as usize;
        match it.has_lines() {
            true => {
                self.line += it.text.matches('\n').count();
                self.column = it.last_width;
            }
            false => self.column += it.width,
        }
        if let Some(pair) = it.pair {
            match it.is_opener() {
                true => self.open(at, pair as usize),
                false => drop(self.frames.pop()),
            }
        }
    }

    /// A comma that nothing follows on its line says nothing.
    fn is_left_out(&self, at: usize) -> bool {
        let Some(next) = self.page.tokens.get(at + 1) else { return false };
        let own = next
            .pair
            .is_some_and(|it| self.page.tokens[it as usize].leaf.parent == self.page.tokens[at].leaf.parent);
        own && next.gap == Gap::Closing && !next.hard && !self.frame().spread
    }

    /// Whether a line ends before this token though it need not.
    fn breaks(&mut self, at: usize) -> bool {
        let it = self.page.tokens[at];
        if it.is_comment() {
            return false;
        }
        match it.gap {
            Gap::Opened | Gap::Closing | Gap::Statement | Gap::Member => self.frame().spread,
            Gap::Item => match self.frame().mode {
                Mode::Flat => false,
                Mode::Stack => true,
                Mode::Fill => !self.fits(at, self.item_end(at), self.column + 1),
            },
            Gap::Operator { end, late, .. } => self.breaks_operator(at, end as usize, late),
            Gap::Dot(chain) => self.breaks_chain(at, chain as usize),
            Gap::Tight | Gap::Loose | Gap::Documented | Gap::Body => false,
        }
    }

    /// The last token of the item that begins here.
    fn item_end(&self, at: usize) -> usize {
        let comma = self.page.tokens[..at].iter().rev().find(|it| !it.is_comment());
        comma.map_or(at, |it| it.item_end as usize).max(at)
    }

    fn breaks_operator(&self, at: usize, end: usize, late: bool) -> bool {
        let here = self.column + usize::from(self.page.tokens[at].blank);
        if self.fits(at, end, here) {
            return false;
        }
        let inside = self.next_soft[at] < end;
        if late && inside && self.can_open(at, end, here) {
            return false;
        }
        // On a line of its own it fits, or nothing in it could be broken instead.
        let indent = self.indent_of(self.page.tokens[at].gap);
        indent < here && (self.fits(at, end, indent) || !inside)
    }

    /// Whether what ends with a bracket at `end` can have its lines between that and its opening one.
    fn can_open(&self, at: usize, end: usize, here: usize) -> bool {
        let tokens = &self.page.tokens;
        let Some(open) = tokens[end].pair.map(|it| it as usize) else { return false };
        let opens = open >= at && open + 1 < end && tokens[open].is_opener();
        opens
            && here + self.offsets[open] + 1 - self.offsets[at] <= self.room
            && may_break(self.page, open + 1)
    }

    fn breaks_chain(&mut self, at: usize, chain: usize) -> bool {
        if let Some(broken) = self.chains[chain] {
            return broken;
        }
        let it = self.page.chains[chain];
        let last = it.last as usize;
        let width = |from: usize| self.offsets[last] - self.offsets[from];
        let heavy = |open: u32| 2 * width(open as usize) > width(at);
        let opens = self.can_open(at, last, self.column) && self.page.tokens[last].pair.is_some_and(heavy);
        let fits = self.fits(at, last, self.column) || opens;
        self.chains[chain] = Some(it.dots > 2 && !fits);
        // The first call stays with what it is made on.
        false
    }

    /// Whether everything from token `from` to token `to`, and what cannot be parted from it, fits on a line
    /// that has `column` columns already; up to where that line has to end.
    fn fits(&self, from: usize, to: usize, column: usize) -> bool {
        let last = self.next_hard[from].min(self.next_soft[to]);
        column + self.offsets[last] + self.page.tokens[last].width - self.offsets[from] <= self.room
    }

    /// Decides what brackets do with their contents.
    fn open(&mut self, at: usize, close: usize) {
        let tokens = &self.page.tokens;
        let it = tokens[at];
        let here = self.column - it.width;
        // A body is moved in from where its head begins, over however many lines that goes.
        let line = match it.gap {
            Gap::Body => self.indents.get(self.page.header(&it.leaf)).copied().unwrap_or(self.indent),
            _ => self.indent,
        };
        let mut frame = Frame { line, content: line + STEP, mode: Mode::Fill, spread: false, leads: false };
        let open = tokens[at + 1].hard;
        if it.is_brace() {
            frame.spread = !open && close > at + 1 && !self.fits(at, close, here);
        } else if close == at + 1 || open || self.fits(at, close, here) {
            // As it is.
        } else if self.page.kind(it.leaf.parent) == Kind::Parenthesized {
            // Parentheses are for meaning; what is in them breaks at its operators.
        } else if self.hugs(at, close, here) {
            frame.mode = Mode::Flat;
        } else {
            frame.spread = true;
            let width = self.offsets[close] - self.offsets[at + 1];
            let words = close - at == 2 * (it.commas as usize + 1);
            let short = self.page.kind(it.leaf.parent) == Kind::List
                && words
                && it.commas >= MANY
                && width <= SHORT_ITEM * (it.commas as usize + 1);
            let one_line = frame.content + width <= self.room && self.next_hard[at + 1] >= close - 1;
            frame.mode = if one_line || short { Mode::Fill } else { Mode::Stack };
        }
        if self.page.is_header(&it.leaf) && !frame.spread && !tokens[close].hard {
            frame.content += STEP;
        }
        self.frames.push(frame);
    }

    /// Whether the last item is something with lines of its own, that can begin on this line.
    fn hugs(&self, at: usize, close: usize, here: usize) -> bool {
        let tokens = &self.page.tokens;
        let Some(open) = tokens[close - 1].pair.map(|it| it as usize).filter(|it| *it > at) else {
            return false;
        };
        let bare = matches!(tokens[open].leaf.word, "{") || (open == at + 1 && tokens[open].leaf.word == "[");
        bare && open + 1 < close - 1
            && self.next_hard[at] >= open
            && here + self.offsets[open] + 1 - self.offsets[at] <= self.room
    }

    fn frame(&self) -> &Frame {
        // The page itself is the outermost frame.
        self.frames.last().unwrap_or(&OUTSIDE)
    }

    fn indent_of(&self, gap: Gap) -> usize {
        let frame = self.frame();
        match gap {
            Gap::Statement | Gap::Member | Gap::Item | Gap::Opened => frame.content,
            Gap::Closing => frame.line,
            Gap::Documented => self.indent,
            // A body follows, and is not to look like this.
            Gap::Operator { head: true, .. } => frame.content + 2 * STEP,
            Gap::Tight | Gap::Loose | Gap::Operator { .. } | Gap::Dot(_) | Gap::Body => {
                frame.content + if frame.leads { STEP } else { 0 }
            }
        }
    }

    fn line_end(&mut self, at: usize) {
        let it = self.page.tokens[at];
        let before = &self.page.tokens[at - 1];
        let indent = self.indent_of(it.gap);
        let most = match it.gap {
            _ if before.is_opener() || it.gap == Gap::Closing => 0,
            Gap::Statement | Gap::Member if self.frames.len() == 1 => 2,
            Gap::Statement | Gap::Member | Gap::Item | Gap::Opened => 1,
            _ => 0,
        };
        let blanks = (it.lines_before as usize).saturating_sub(1).min(most);
        let bare = matches!(it.gap, Gap::Tight | Gap::Dot(_) | Gap::Body);
        let continued = bare && !before.is_comment() && !it.is_comment();
        let mut gap = String::from(if continued { " \\" } else { "" });
        for _ in 0..=blanks {
            gap.push_str(self.eol);
        }
        gap.push_str(&" ".repeat(indent));
        self.gap(it, gap);
        self.line += 1 + blanks;
        self.column = indent;
        self.indent = indent;
        let leads = matches!(it.gap, Gap::Statement | Gap::Member | Gap::Item | Gap::Opened);
        if let Some(frame) = self.frames.last_mut().filter(|_| !it.is_comment()) {
            frame.leads |= leads;
        }
    }

    fn same_line(&mut self, at: usize) {
        let it = self.page.tokens[at];
        if it.leaf.kind == Kind::Comment {
            let from = self.page.text[..it.leaf.start as usize].rfind(['\n', '\r']).map_or(0, |it| it + 1);
            let column = self.page.text[from..it.leaf.start as usize].chars().count();
            let range = range(self.written, it.leaf.start as usize);
            self.trailing.push(Trailing { line: self.line, width: self.column, column, range });
            self.column += COMMENT_GAP;
            return;
        }
        let gap = match it.gap {
            Gap::Statement => "; ",
            _ if it.blank => " ",
            _ => "",
        };
        if let Some(frame) = self.frames.last_mut().filter(|_| matches!(it.gap, Gap::Statement | Gap::Item)) {
            frame.leads = false;
        }
        self.column += gap.len();
        self.gap(it, gap.to_owned());
    }

    /// What stands before a token.
    fn gap(&mut self, it: Token<'_>, gap: String) {
        self.replace(self.written..it.leaf.start as usize, gap);
    }

    fn replace(&mut self, place: std::ops::Range<usize>, text: String) {
        if self.page.text.get(place.clone()) != Some(text.as_str()) {
            self.edits.push(Replacement { range: range(place.start, place.end), text });
        }
    }

    /// A transcript among the code is moved as a whole.
    fn updoc(&mut self, it: Token<'_>) {
        let mut at = it.leaf.start as usize;
        let end = it.leaf.end as usize;
        let text = self.page.text;
        while let Some(next) = text[at..end].find('\n').map(|it| at + it + 1) {
            let line = &text[next..end];
            let blanks = line.len() - line.trim_start_matches([' ', '\t', '\u{c}']).len();
            let empty = line[blanks..].starts_with(['\n', '\r']);
            self.replace(next..next + blanks, " ".repeat(if empty { 0 } else { self.indent }));
            at = next;
        }
    }

    fn end(&mut self, shape: Shape) {
        let place = self.written..self.page.text.len();
        let ends = shape == Shape::File && !self.page.tokens.is_empty();
        self.replace(place, if ends { self.eol.to_owned() } else { String::new() });
    }

    /// Comments behind the code of lines that follow each other stand under each other if they did.
    fn align(&mut self) {
        let trailing = std::mem::take(&mut self.trailing);
        let together = |a: &Trailing, b: &Trailing| a.line + 1 == b.line && a.column == b.column;
        for run in trailing.chunk_by(together) {
            let column = run.iter().map(|it| it.width).max().unwrap_or(0) + COMMENT_GAP;
            for it in run {
                self.replace(it.range.into(), " ".repeat(column - it.width));
            }
        }
    }
}

const OUTSIDE: Frame = Frame { line: 0, content: 0, mode: Mode::Fill, spread: true, leads: true };

/// Whether a line may be made to end before this token.
fn may_break(page: &Page<'_>, at: usize) -> bool {
    let it = &page.tokens[at];
    match it.gap {
        Gap::Item | Gap::Operator { .. } => !it.is_comment(),
        Gap::Opened => {
            let opener = &page.tokens[at - 1];
            let empty = opener.pair.is_some_and(|it| it as usize == at);
            !empty && (opener.is_brace() || page.kind(opener.leaf.parent) != Kind::Parenthesized)
        }
        _ => false,
    }
}

fn range(from: usize, to: usize) -> TextRange {
    let size = |it: usize| TextSize::new(u32::try_from(it).unwrap_or(u32::MAX));
    TextRange::new(size(from), size(to.max(from)))
}
