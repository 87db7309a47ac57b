// Builds every page (or the ones named) and writes a .gz beside each text asset, so the hub never compresses on the fly.
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, gzipSync } from "node:zlib";
import { build } from "vite";
import { apps, configFor } from "../vite.config.js";

function compressTree(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) compressTree(path);
    else if (/\.(js|css|html|svg|json)$/.test(name)) {
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: constants.Z_BEST_COMPRESSION }));
    }
  }
}

const named = process.argv.slice(2);
for (const name of named.length ? named : Object.keys(apps)) {
  if (!(name in apps)) throw new Error(`no page called ${name}; there are ${Object.keys(apps).join(", ")}`);
  await build(configFor(name));
  compressTree(apps[name].outDir);
}
