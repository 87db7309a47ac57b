// Unpacks the browser, its libraries and its GL into the folder that TMPDIR names.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflate } from "@sparticuz/chromium";

const bin = join(dirname(fileURLToPath(import.meta.resolve("@sparticuz/chromium"))), "..", "bin");
for (const archive of ["chromium.br", "al2023.tar.br", "swiftshader.tar.br"]) {
  await inflate(join(bin, archive));
}
