// schemas/asyncapi.yaml against the AsyncAPI specification, by AsyncAPI's own parser.
// usage: check.mjs FILE, beside the parser's node_modules. Exits non-zero at an error or a warning.
import { Parser, fromFile } from "@asyncapi/parser";

const WARNING = 1; // 0 is an error, 2 and 3 are remarks
const { document, diagnostics } = await fromFile(new Parser(), process.argv[2]).parse();
const wrong = diagnostics.filter((found) => found.severity <= WARNING);
for (const found of wrong) {
  console.log(`${found.path.join(".")}: ${found.message} (${found.code})`);
}
process.exit(document && wrong.length === 0 ? 0 : 1);
