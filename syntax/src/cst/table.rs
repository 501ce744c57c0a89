//! The flat table of a tree's nodes, and how it is made again after an edit.

use super::{Edit, Field, Kind, Tree, TreeCursor, field_numbered, has_role, kind_numbered};

#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct NodeData {
    pub kind: Kind,
    pub field: Option<Field>,
    /// As the grammar numbers it, for its name.
    pub kind_id: u16,
    pub missing: bool,
    pub start: u32,
    pub end: u32,
    /// The index after the node's last descendant.
    pub after: u32,
}

/// Copies a tree into a table. A loop, since a tree is as deep as its text likes to nest.
pub(super) fn flatten(tree: Option<&Tree>) -> Vec<NodeData> {
    let Some(tree) = tree else { return vec![NodeData::NOTHING] };
    let mut table = Vec::with_capacity(tree.root_node().descendant_count() / 2 + 1);
    subtree(&mut tree.walk(), &mut table);
    table
}

/// The table of `new`, the tree of a text that `edit` made of an earlier one, whose table was `table` and whose tree,
/// with the edit noted in it, was `old`. What stands at the top level before and behind all that has changed is taken
/// over: in a long text that is nearly everything.
pub(super) fn flatten_again(table: &[NodeData], old: &Tree, edit: &Edit, new: &Tree) -> Vec<NodeData> {
    let shift = i64::from(u32::from(edit.new_len)) - i64::from(u32::from(edit.range.len()));
    let start = u32::from(edit.range.start());
    let mut changed = (start, start + u32::from(edit.new_len));
    for it in old.changed_ranges(new) {
        changed = (changed.0.min(it.start_byte as u32), changed.1.max(it.end_byte as u32));
    }
    let mut cursor = new.walk();
    let Some(root) = NodeData::of(&cursor) else { return flatten(Some(new)) };
    let mut again = Vec::with_capacity(table.len() + 64);
    again.push(root);
    let mut earlier = 1;
    let mut more = cursor.goto_first_child();
    while more {
        let node = cursor.node();
        let (from, to) = (node.start_byte() as u32, node.end_byte() as u32);
        let shift = match () {
            () if to < changed.0 => Some(0),
            () if from > changed.1 => Some(shift),
            () => None,
        };
        let same = shift.zip(NodeData::of(&cursor)).and_then(|(shift, it)| {
            let it = it.moved(-shift)?;
            while table.get(earlier).is_some_and(|known| known.start < it.start) {
                earlier = table[earlier].after as usize;
            }
            let known = table.get(earlier).filter(|known| NodeData { after: 0, ..**known } == it)?;
            Some((table.get(earlier..known.after as usize)?, shift))
        });
        match same {
            Some((part, shift)) => {
                let further = again.len() as i64 - earlier as i64;
                again.extend(part.iter().filter_map(|it| {
                    let after = u32::try_from(i64::from(it.after) + further).ok()?;
                    Some(NodeData { after, ..it.moved(shift)? })
                }));
                more = cursor.goto_next_sibling();
            }
            None => more = subtree(&mut cursor, &mut again),
        }
    }
    let after = again.len() as u32;
    if let Some(root) = again.first_mut() {
        root.after = after;
    }
    again
}

/// Copies the node under the cursor with all that is in it, and goes on to the next; whether there is one.
fn subtree(cursor: &mut TreeCursor<'_>, table: &mut Vec<NodeData>) -> bool {
    // The open nodes, and whether each is in the table.
    let mut open: Vec<Option<usize>> = Vec::new();
    loop {
        open.push(NodeData::of(cursor).map(|it| {
            table.push(it);
            table.len() - 1
        }));
        if cursor.goto_first_child() {
            continue;
        }
        loop {
            let after = table.len() as u32;
            if let Some(index) = open.pop().flatten() {
                table[index].after = after;
            }
            let there_is_more = cursor.goto_next_sibling();
            if open.is_empty() {
                return there_is_more;
            }
            if there_is_more {
                break;
            }
            if !cursor.goto_parent() {
                return false;
            }
        }
    }
}

impl NodeData {
    const NOTHING: NodeData =
        NodeData { kind: Kind::Error, field: None, kind_id: 0, missing: false, start: 0, end: 0, after: 1 };

    /// What is kept of the node under the cursor; punctuation without a role is not.
    fn of(cursor: &TreeCursor<'_>) -> Option<NodeData> {
        let node = cursor.node();
        let role = !node.is_error() && has_role(node.kind_id());
        let field = role.then(|| cursor.field_id()).flatten().and_then(|it| field_numbered(it.get()));
        let kept = node.is_named() || field.is_some() || node.is_missing() || node.is_error();
        kept.then(|| NodeData {
            kind: if node.is_error() { Kind::Error } else { kind_numbered(node.kind_id()) },
            field,
            kind_id: node.kind_id(),
            missing: node.is_missing(),
            start: node.start_byte() as u32,
            end: node.end_byte() as u32,
            after: 0,
        })
    }

    /// The same in a table where what it is in begins at `place` in the text and `nodes` further on.
    pub(super) fn further(&self, place: u32, nodes: u32) -> NodeData {
        NodeData { start: self.start + place, end: self.end + place, after: self.after + nodes, ..*self }
    }

    /// The same so many bytes further on.
    fn moved(self, by: i64) -> Option<NodeData> {
        let place = |it: u32| u32::try_from(i64::from(it) + by).ok();
        Some(NodeData { start: place(self.start)?, end: place(self.end)?, ..self })
    }
}
