# shellcheck shell=bash
# What is made of the product's own tables: docs/reference, man, completion, schemas/asyncapi.yaml.

# docs_run [--check]
docs_run() {
    log_run build build_preset dev || die "the build failed; see above"
    "$PYTHON" "$ROOT/deploy/reference" "$BUILD/dev/leadspool" "$@"
}
