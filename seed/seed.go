// Package seed holds the frameworks, risk methods, templates, examples, national bodies and demo content that an installation starts from, as data that administrators may copy and change.
package seed

import "embed"

// Files is everything in this folder that is not Go: classification/, frameworks/, risk-methods/, templates/, examples/, bodies/, demo/, clause-support.yaml,
// obligation-words.yaml, references.yaml and authorities.yaml.
//
//go:embed clause-support.yaml obligation-words.yaml references.yaml authorities.yaml classification/*.yaml frameworks/*.yaml risk-methods/*.yaml templates/*.yaml examples/*.yaml bodies/*.yaml demo/*.yaml demo/*.md
var Files embed.FS
