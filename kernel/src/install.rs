//! Where front ends look for kernels, and the `kernel.json` that is written there; beside it what JupyterLab loads, so that
//! it knows E's colours, shows verdicts and has a panel for vats, and what tells its server of our language server.

use anyhow::Context;
use serde_json::json;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which data folder of Jupyter's a kernel is installed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// `--user`: for the person who runs it, whichever Python Jupyter comes from.
    User,
    /// `--prefix DIR`: for the Python environment in that folder.
    Prefix(PathBuf),
    /// `--sys-prefix`: for the Python environment that is active.
    SysPrefix,
}

/// Writes the kernel named `walnut` to `place`, to be started with the program that is running now.
/// Answers the folder that was written.
pub fn install(place: &Place) -> anyhow::Result<PathBuf> {
    let walnut = env::current_exe().context("cannot tell where this program is")?;
    let data = data_folder(place)?;
    let (folder, lab) = (data.join("kernels").join("walnut"), data.join("labextensions").join(LAB));
    for it in [&folder, &lab.join("static")] {
        fs::create_dir_all(it).with_context(|| format!("cannot make {}", it.display()))?;
    }
    write(&lab.join("package.json"), &lab_package())?;
    write(&lab.join(LAB_ENTRY), include_str!("lab/remoteEntry.js"))?;
    write(&folder.join("kernel.json"), &kernel_json(&walnut))?;
    write(&folder.join("logo-svg.svg"), LOGO)?;
    let config = config_folder(place)?.join("jupyter_server_config.d");
    fs::create_dir_all(&config).with_context(|| format!("cannot make {}", config.display()))?;
    write(&config.join("walnut.json"), &language_server(&walnut))?;
    Ok(folder)
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn kernel_json(walnut: &Path) -> String {
    let spec = json!({
        "argv": [walnut.to_string_lossy(), "kernel", "run", "{connection_file}"],
        "display_name": "E (Walnut)",
        "language": "e",
        "interrupt_mode": "message",
        "metadata": { "debugger": false },
    });
    format!("{spec:#}\n")
}

/// For jupyter-lsp, which comes with JupyterLab: what is started for texts in E. What jupyterlab-lsp sends need not be on
/// disk.
fn language_server(walnut: &Path) -> String {
    let spec = json!({
        "version": 2,
        "argv": [walnut.to_string_lossy(), "lsp"],
        "languages": ["e"],
        "mime_types": ["text/x-e"],
        "display_name": "Walnut",
        "requires_documents_on_disk": false,
    });
    let config = json!({ "LanguageServerManager": { "language_servers": { "walnut": spec } } });
    format!("{config:#}\n")
}

/// What JupyterLab calls the extension.
const LAB: &str = "walnut-e";
const LAB_ENTRY: &str = "static/remoteEntry.js";

fn lab_package() -> String {
    let package = json!({
        "name": LAB,
        "version": env!("CARGO_PKG_VERSION"),
        "description": "E in JupyterLab: its colours, auditors' verdicts, and a panel of the vats",
        "license": env!("CARGO_PKG_LICENSE"),
        "jupyterlab": { "extension": true, "_build": { "load": LAB_ENTRY, "extension": "./extension" } },
    });
    format!("{package:#}\n")
}

fn data_folder(place: &Place) -> anyhow::Result<PathBuf> {
    match place {
        Place::User => user_folder(),
        Place::Prefix(prefix) => Ok(prefix.join("share").join("jupyter")),
        Place::SysPrefix => Ok(active_prefix()?.join("share").join("jupyter")),
    }
}

fn config_folder(place: &Place) -> anyhow::Result<PathBuf> {
    let below = |prefix: PathBuf| prefix.join("etc").join("jupyter");
    match place {
        Place::User => user_config_folder(),
        Place::Prefix(prefix) => Ok(below(prefix.clone())),
        Place::SysPrefix => Ok(below(active_prefix()?)),
    }
}

/// As `jupyter --config-dir` says, without asking it.
fn user_config_folder() -> anyhow::Result<PathBuf> {
    if let Some(dir) = folder_in("JUPYTER_CONFIG_DIR") {
        return Ok(dir);
    }
    let home = folder_in(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
    Ok(home.context("no home folder is known; try --prefix DIR")?.join(".jupyter"))
}

/// As `jupyter --data-dir` says, without asking it.
fn user_folder() -> anyhow::Result<PathBuf> {
    if let Some(dir) = folder_in("JUPYTER_DATA_DIR") {
        return Ok(dir);
    }
    if cfg!(windows) {
        return Ok(folder_in("APPDATA").context("APPDATA is not set")?.join("jupyter"));
    }
    let home = folder_in("HOME").context("HOME is not set; try --prefix DIR")?;
    if cfg!(target_os = "macos") {
        return Ok(home.join("Library").join("Jupyter"));
    }
    Ok(folder_in("XDG_DATA_HOME").unwrap_or_else(|| home.join(".local").join("share")).join("jupyter"))
}

fn active_prefix() -> anyhow::Result<PathBuf> {
    if let Some(dir) = folder_in("VIRTUAL_ENV").or_else(|| folder_in("CONDA_PREFIX")) {
        return Ok(dir);
    }
    let asked = Command::new("python3")
        .args(["-c", "import sys; print(sys.prefix)"])
        .output()
        .context("no environment is active and python3 cannot be asked for its own; try --prefix DIR")?;
    anyhow::ensure!(asked.status.success(), "python3 does not say what its prefix is; try --prefix DIR");
    Ok(PathBuf::from(String::from_utf8_lossy(&asked.stdout).trim()))
}

fn folder_in(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|it| !it.is_empty()).map(PathBuf::from)
}

/// A walnut's half shell with an E in it.
const LOGO: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
<ellipse cx="32" cy="33" rx="27" ry="29" fill="#8a5a2b"/>
<ellipse cx="32" cy="33" rx="22" ry="24" fill="#c99a5b"/>
<path d="M42 17H22v32h20M22 33h16" fill="none" stroke="#4a2d12" stroke-width="6" stroke-linecap="round" stroke-linejoin="round"/>
</svg>
"##;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_in_kernel_json_starts_this_program() {
        let spec: serde_json::Value =
            serde_json::from_str(&kernel_json(Path::new("/opt/walnut/bin/walnut"))).unwrap();
        let argv = spec["argv"].as_array().unwrap();
        assert_eq!(argv[0], "/opt/walnut/bin/walnut");
        assert_eq!(argv[argv.len() - 1], "{connection_file}");
        assert_eq!(spec["language"], "e");
    }
}
