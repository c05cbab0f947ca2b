package vectors

import _ "embed"

// SchemaName is the file of the schema, beside those of the cases.
const SchemaName = "schema.json"

// Schema is the JSON Schema of the files, docs/vectors.schema.json.
//
//go:embed schema.json
var Schema []byte
