//! What an auditor written in E has to be asked, cut out of the programs it stands in: its definition, what that
//! uses, and the guards on what the object closes over.
//!
//! Only definitions at the top level that stay what they are can be cut out, for they mean the same wherever they
//! are evaluated. Everything else is for the run to say.

use crate::cells::is_apart;
use crate::db::Db;
use crate::input::{File, modules};
use crate::knowledge::knowledge;
use crate::names::{Meaning, Site, names, prefix};
use crate::program::programs;
use audit::audition::{fully_qualified_name, is_own_name};
use audit::scopes::Level;
use audit::{Carried, Guard, Modules, Question, as_written};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use syntax::excerpt::part;
use syntax::kernel_e::{Expr, ExprId, Name, ObjectId, Program};
use syntax::scope::{Binder, Capture, Definition, DefinitionId, DefinitionKind};
use syntax::{Scopes, excerpt};

/// Why there is no question to ask.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Unasked {
    /// It depends on a name that is not defined at the top level.
    Local(Name),
    /// It depends on what only running can tell.
    Unknown(String),
}

impl Unasked {
    pub fn why(&self) -> String {
        match self {
            Unasked::Local(noun) => format!("`{}` is not defined at the top level", as_written(noun)),
            Unasked::Unknown(why) => why.clone(),
        }
    }
}

/// Cuts questions out of one program of a file.
pub(crate) struct Questions<'a> {
    db: &'a dyn Db,
    file: File,
    index: usize,
    /// The texts that this one continues, the first one first, and this one.
    chain: Vec<File>,
    /// By program: which expression of its body each pattern is part of.
    bodies: FxHashMap<(File, usize), Vec<Option<u32>>>,
}

/// What an expression needs to be evaluated by itself.
#[derive(Clone, Default)]
struct Needs {
    /// Definitions, by the place of their text in the chain, their program, and their number in its body.
    definitions: BTreeSet<(usize, usize, u32)>,
    /// Names of the outermost scope.
    born: FxHashSet<Name>,
}

impl<'a> Questions<'a> {
    pub fn new(db: &'a dyn Db, file: File, index: usize) -> Questions<'a> {
        let mut chain = vec![file];
        while let Some(before) = chain.last().and_then(|it| it.previous(db)) {
            chain.push(before);
        }
        chain.reverse();
        Questions { db, file, index, chain, bodies: FxHashMap::default() }
    }

    /// What to ask the auditor that stands at `at` about `object`.
    pub fn question(&mut self, object: ObjectId, at: ExprId) -> Result<Question, Unasked> {
        let db = self.db;
        let program = &programs(db, self.file)[self.index];
        let scopes = &names(db, self.file).programs[self.index].scopes;
        let mut needs = self.needs(self.file, self.index, at)?;
        let mut captures = Vec::new();
        for it in scopes.captures(object).iter().filter(|it| !is_own_name(program, scopes, object, it)) {
            let carried = self.carried(it, &mut needs);
            captures.push((it.noun.clone(), carried));
        }
        let is_object = |it: &Expr| *it == Expr::Object(object);
        let unplaced = || Unasked::Unknown("the object is part of no expression".to_string());
        let expr = program.exprs.iter().position(is_object).ok_or_else(unplaced)?;
        let prefix = prefix(self.file.name(db), self.file.kind(db));
        Ok(Question {
            definitions: self.definitions(&needs)?,
            auditor: excerpt(program, &[at]),
            object: excerpt(program, &[ExprId(expr as u32)]),
            name: fully_qualified_name(program, scopes, object, &prefix).into(),
            captures,
            modules: self.modules(&needs)?,
        })
    }

    fn program(&self, file: File, index: usize) -> (&'a Program, &'a Scopes) {
        let db = self.db;
        (&programs(db, file)[index], &names(db, file).programs[index].scopes)
    }

    /// All that an expression uses, and that uses.
    fn needs(&mut self, file: File, index: usize, expr: ExprId) -> Result<Needs, Unasked> {
        let mut needs = Needs::default();
        let mut todo = vec![(file, index, expr)];
        while let Some((file, index, root)) = todo.pop() {
            self.db.unwind_if_revision_cancelled();
            let (program, scopes) = self.program(file, index);
            let part = part(program, &[root]);
            for (at, it) in program.exprs.iter().enumerate().filter(|(at, _)| part.exprs[*at]) {
                let (Expr::Noun(noun) | Expr::Binding(noun) | Expr::Assign { noun, .. }) = it else {
                    continue;
                };
                let site = match scopes.binder(ExprId(at as u32)) {
                    Binder::Definition(id) if part.patterns[scopes.definition(*id).pattern.index()] => {
                        continue;
                    }
                    Binder::Definition(id) => Site { file, program: index, definition: *id },
                    Binder::Outer => match names(self.db, file).outer(index, noun) {
                        Meaning::Definition(site) => site,
                        Meaning::Scope(it) if it.level == Level::Privileged => {
                            return Err(Unasked::Unknown(format!("`{noun}` is a power")));
                        }
                        Meaning::Scope(_) => {
                            needs.born.insert(noun.clone());
                            continue;
                        }
                        Meaning::Unbound => {
                            return Err(Unasked::Unknown(format!("`{noun}` is not defined")));
                        }
                    },
                };
                let (place, body) = self.top_level(site)?;
                if needs.definitions.insert((place, site.program, body)) {
                    let (program, _) = self.program(site.file, site.program);
                    todo.push((site.file, site.program, program.body[body as usize]));
                }
            }
        }
        Ok(needs)
    }

    /// Where a definition stands that means the same wherever it is evaluated.
    fn top_level(&mut self, site: Site) -> Result<(usize, u32), Unasked> {
        let (_, scopes) = self.program(site.file, site.program);
        let it = scopes.definition(site.definition);
        let variable = matches!(it.kind, DefinitionKind::Var { .. } | DefinitionKind::Binding);
        if it.top_level && variable {
            return Err(Unasked::Unknown(format!("`{}` is a variable", as_written(&it.noun))));
        }
        let place = self.chain.iter().position(|file| *file == site.file);
        let body = self.body(site.file, site.program, it);
        match (place, body) {
            (Some(place), Some(body)) if it.top_level => Ok((place, body)),
            _ => Err(Unasked::Local(it.noun.clone())),
        }
    }

    /// The expression of the program's body that a definition is part of.
    fn body(&mut self, file: File, index: usize, it: &Definition) -> Option<u32> {
        let (program, _) = self.program(file, index);
        let bodies = self.bodies.entry((file, index)).or_insert_with(|| {
            let mut bodies = vec![None; program.patterns.len()];
            for (number, body) in program.body.iter().enumerate() {
                let patterns = part(program, &[*body]).patterns;
                for (at, _) in patterns.iter().enumerate().filter(|(_, it)| **it) {
                    bodies[at].get_or_insert(number as u32);
                }
            }
            bodies
        });
        bodies.get(it.pattern.index()).copied().flatten()
    }

    /// How a capture is bound. What its guard needs goes to `needs`, if that can be told.
    fn carried(&mut self, it: &Capture, needs: &mut Needs) -> Carried {
        let site = match &it.binder {
            Binder::Definition(id) => Site { file: self.file, program: self.index, definition: *id },
            Binder::Outer => match names(self.db, self.file).outer(self.index, &it.noun) {
                Meaning::Definition(site) => site,
                Meaning::Scope(_) => return Carried::Born,
                Meaning::Unbound => return Carried::Unknown(format!("`{}` is not defined", it.noun).into()),
            },
        };
        if is_apart(self.db, self.file, self.index, site) {
            let why = format!("whether `{}` comes from its vat as a copy or as a far reference", it.noun);
            return Carried::Unknown(why.into());
        }
        let (program, scopes) = self.program(site.file, site.program);
        let guard = match scopes.definition(site.definition).kind {
            DefinitionKind::Var { guard: None } => return Carried::Var,
            DefinitionKind::Var { guard: Some(_) } => return Carried::GuardedVar,
            DefinitionKind::Binding => return self.slot(site, &it.noun),
            DefinitionKind::Final { guard } | DefinitionKind::Object { guard, .. } => guard,
        };
        let Some(guard) = guard else { return Carried::Final };
        match self.needs(site.file, site.program, guard) {
            Ok(more) => {
                needs.definitions.extend(more.definitions);
                needs.born.extend(more.born);
                Carried::Guarded(excerpt(program, &[guard]))
            }
            Err(it) => {
                let noun = &scopes.definition(site.definition).noun;
                let why =
                    format!("the guard of `{}` is known only when it runs: {}", as_written(noun), it.why());
                Carried::Unknown(why.into())
            }
        }
    }

    fn slot(&self, site: Site, noun: &Name) -> Carried {
        let DefinitionId(id) = site.definition;
        let known = knowledge(self.db, site.file).programs.get(site.program);
        match known.and_then(|it| it.bindings.get(id as usize)) {
            Some(it) if *it == Guard::ANY => Carried::Slot,
            _ => Carried::Unknown(format!("which binding `{noun}` gets is known only when it runs").into()),
        }
    }

    /// The definitions that are needed, in order, each a program.
    fn definitions(&self, needs: &Needs) -> Result<Vec<Program>, Unasked> {
        let mut defined: FxHashSet<Name> = FxHashSet::default();
        let mut all = Vec::new();
        for (place, index, body) in &needs.definitions {
            let (program, scopes) = self.program(self.chain[*place], *index);
            let body = program.body[*body as usize];
            let patterns = part(program, &[body]).patterns;
            for it in scopes.definitions.iter().filter(|it| it.top_level && patterns[it.pattern.index()]) {
                // Each is found by its name alone.
                if !defined.insert(it.noun.clone()) || needs.born.contains(&it.noun) {
                    return Err(Unasked::Unknown(format!("there are several `{}`", as_written(&it.noun))));
                }
            }
            all.push(excerpt(program, &[body]));
        }
        Ok(all)
    }

    /// The modules that the definitions may import, and those that these may.
    fn modules(&self, needs: &Needs) -> Result<Modules, Unasked> {
        let mut found = BTreeMap::new();
        let imports = |(place, index, body): &(usize, usize, u32)| {
            let (program, scopes) = self.program(self.chain[*place], *index);
            let part = part(program, &[program.body[*body as usize]]);
            crate::authority::imported(program, scopes, |it| part.exprs[it])
        };
        let mut todo: Vec<String> = needs.definitions.iter().flat_map(imports).collect();
        while let Some(name) = todo.pop() {
            let module = modules(self.db).and_then(|it| it.get(name.as_str()));
            let Some(module) = module else {
                return Err(Unasked::Unknown(format!("the module `{name}` is not here")));
            };
            if found.insert(name.into(), Arc::from(module.text(self.db))).is_none() {
                todo.extend(crate::authority::imports(self.db, *module));
            }
        }
        Ok(Arc::new(found))
    }
}
