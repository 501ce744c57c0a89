//! Compiles the generated parsers and their scanners.

use std::path::Path;

fn main() {
    parser("tree-sitter-e", Path::new("src"));
    parser("tree-sitter-updoc", Path::new("updoc/src"));
}

fn parser(name: &str, src: &Path) {
    let mut build = cc::Build::new();
    build.std("c11").include(src).opt_level(2).flag_if_supported("-Wno-unused-parameter");
    for file in ["parser.c", "scanner.c"] {
        let path = src.join(file);
        // Naming a file that is not there would build everything again, every time.
        if path.exists() {
            println!("cargo:rerun-if-changed={}", path.display());
            build.file(path);
        }
    }
    build.compile(name);
}
