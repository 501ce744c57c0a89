// Which `walnut` is started.

import * as path from "node:path";

/** The program: the one that the settings name, else the one in this package, else the one on the path. */
export function choose(said: string, extension: string, platform: string, exists: (path: string) => boolean): string {
  if (said && said !== "walnut") return said;
  const carried = path.join(extension, "bin", platform === "win32" ? "walnut.exe" : "walnut");
  return exists(carried) ? carried : "walnut";
}
