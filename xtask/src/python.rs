//! A Python environment of the project's own, in `target/python`, and the Jupyter clients' tests that run in it.
//!
//! It is made once and again whenever `tests/clients/requirements.txt` changes. Nothing outside `target/` is
//! touched; where this is root, Chromium comes from the system's packages.

use anyhow::{Context, bail, ensure};
use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the clients' tests came to.
#[derive(Debug, Default)]
pub struct ClientTests {
    pub passed: usize,
    /// Why each skipped test was skipped, one sentence each.
    pub skipped: Vec<String>,
}

/// The folder of the repository.
pub fn repository() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// The environment's folder, made if need be, with every client of the requirements in it.
pub fn environment() -> anyhow::Result<PathBuf> {
    let repository = repository();
    let requirements = repository.join("tests").join("clients").join("requirements.txt");
    let wanted = fs::read_to_string(&requirements).with_context(|| requirements.display().to_string())?;
    let home = repository.join("target").join("python");
    let stamp = home.join("requirements.installed");
    if fs::read_to_string(&stamp).is_ok_and(|it| it == wanted) && python(&home).exists() {
        return Ok(home);
    }
    say("making a private Python environment in target/python (a minute or two, once)");
    make(&home)?;
    say("installing JupyterLab and the other clients into it");
    let mut pip = Command::new(python(&home));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
        .arg(&requirements);
    run(&mut pip)?;
    fs::write(&stamp, wanted)?;
    Ok(home)
}

fn make(home: &Path) -> anyhow::Result<()> {
    let system = system_python()?;
    if run(Command::new(system).args(["-m", "venv"]).arg(home)).is_ok() {
        return Ok(());
    }
    // Some systems split `ensurepip` off into a package of its own; the system's pip can stand in for it.
    say("this Python makes environments without pip; asking its own pip to put one in");
    run(Command::new(system).args(["-m", "venv", "--clear", "--without-pip"]).arg(home))?;
    run(Command::new(system)
        .args(["-m", "pip", "--python"])
        .arg(python(home))
        .args(["install", "--quiet", "pip"]))
    .context("install Python's venv module (Debian: apt install python3-venv)")
}

fn system_python() -> anyhow::Result<&'static str> {
    ["python3", "python"]
        .into_iter()
        .find(|it| Command::new(it).arg("--version").output().is_ok_and(|it| it.status.success()))
        .context("Python 3 is needed and neither `python3` nor `python` runs")
}

/// The interpreter of an environment.
pub fn python(home: &Path) -> PathBuf {
    if cfg!(windows) { home.join("Scripts").join("python.exe") } else { home.join("bin").join("python") }
}

/// A run of a module in the environment, with Jupyter's settings kept apart from the person's own.
pub fn module(home: &Path, name: &str) -> Command {
    let jupyter = home.join("jupyter");
    // IPython warns of a folder that is not there; a failure to make it is no more than that warning.
    let _ = fs::create_dir_all(jupyter.join("ipython"));
    let mut it = Command::new(python(home));
    it.args(["-m", name])
        .current_dir(repository())
        .env("JUPYTER_CONFIG_DIR", jupyter.join("config"))
        .env("JUPYTER_DATA_DIR", jupyter.join("data"))
        .env("JUPYTER_RUNTIME_DIR", jupyter.join("runtime"))
        .env("IPYTHONDIR", jupyter.join("ipython"))
        .env("PYDEVD_DISABLE_FILE_VALIDATION", "1")
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONHOME");
    it
}

/// Makes the built `walnut` the kernel of the environment.
pub fn install_kernel(home: &Path, walnut: &Path) -> anyhow::Result<()> {
    run(Command::new(walnut).args(["kernel", "install", "--prefix"]).arg(home).stdout(Stdio::null()))
}

/// Drives the kernel with real clients: `tests/clients/jupyter`, run by pytest. Fails when a test fails.
pub fn client_tests(walnut: &Path) -> anyhow::Result<ClientTests> {
    let home = environment()?;
    install_kernel(&home, walnut)?;
    let mut pytest = module(&home, "pytest");
    pytest.args(["-q", "-rs", "-p", "no:cacheprovider", "tests/clients/jupyter"]).env("WALNUT", walnut);
    match chromium() {
        Ok(path) => drop(pytest.env("CHROMIUM", path)),
        Err(why) => drop(pytest.env("NO_CHROMIUM", format!("{why:#}"))),
    }
    let mut child = pytest.stdout(Stdio::piped()).spawn().context("pytest")?;
    let mut outcome = ClientTests::default();
    for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(|it| it.lines()) {
        let line = line?;
        println!("{line}");
        if let Some((_, reason)) = line.strip_prefix("SKIPPED ").and_then(|it| it.split_once(": ")) {
            outcome.skipped.push(reason.to_owned());
        }
        outcome.passed = passed(&line).unwrap_or(outcome.passed);
    }
    ensure!(child.wait()?.success(), "a client of the notebook kernel is not content (see above)");
    Ok(outcome)
}

/// Of pytest's last line: `31 passed, 1 skipped in 12.34s`.
fn passed(line: &str) -> Option<usize> {
    line.split(", ").find_map(|it| it.split_once(" passed")).and_then(|(count, _)| count.parse().ok())
}

/// A Chromium to drive, installed if this is root and the system has one to give.
pub fn chromium() -> anyhow::Result<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let find = || names.iter().find_map(|it| in_path(it));
    if let Some(found) = find() {
        return Ok(found);
    }
    ensure!(in_path("apt-get").is_some(), "there is no Chromium and no apt-get to install it with");
    ensure!(is_root(), "there is no Chromium and only root may install it (apt-get install chromium)");
    say("installing Chromium");
    let install = || apt(&["install", "--quiet", "--yes", "chromium"]);
    if install().is_err() {
        apt(&["update", "--quiet"])?;
        install()?;
    }
    find().context("chromium was installed and cannot be found")
}

fn apt(args: &[&str]) -> anyhow::Result<()> {
    run(Command::new("apt-get").args(args).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()))
}

pub fn is_root() -> bool {
    let asked = Command::new("id").arg("-u").output();
    asked.is_ok_and(|it| it.stdout.trim_ascii() == b"0")
}

fn in_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|it| it.join(name)).find(|it| it.is_file())
}

/// Runs a command to its end; anything but success is an error that names it.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    let shown = format!("{command:?}");
    let status = command.status().with_context(|| format!("cannot start {shown}"))?;
    if !status.success() {
        bail!("{shown}: {status}");
    }
    Ok(())
}

/// Says on standard error what takes a while.
pub fn say(what: &str) {
    eprintln!("xtask: {what}");
}

#[cfg(test)]
mod tests {
    use super::passed;

    #[test]
    fn the_count_is_read_from_the_last_line() {
        assert_eq!(passed("31 passed, 1 skipped in 12.34s"), Some(31));
        assert_eq!(passed("1 failed, 30 passed in 12.34s"), Some(30));
        assert_eq!(passed("tests/clients/jupyter/test_wire.py ....."), None);
    }
}
