// Package codec stands in for github.com/ugorji/go/codec, which gin draws in for MessagePack. AIMS speaks JSON alone, and that package would
// be a tenth of the program; gin's own way to leave it out is a build tag, which go run and go test without flags do not set.
package codec

import (
	"errors"
	"io"
)

// ErrNoMessagePack is the answer to whoever reads or writes MessagePack.
var ErrNoMessagePack = errors.New("codec: MessagePack is left out of this program")

// MsgpackHandle is named by gin.
type MsgpackHandle struct{}

// Decoder reads nothing.
type Decoder struct{}

// NewDecoder makes a decoder that refuses.
func NewDecoder(io.Reader, *MsgpackHandle) *Decoder { return &Decoder{} }

// Decode refuses.
func (*Decoder) Decode(any) error { return ErrNoMessagePack }

// Encoder writes nothing.
type Encoder struct{}

// NewEncoder makes an encoder that refuses.
func NewEncoder(io.Writer, *MsgpackHandle) *Encoder { return &Encoder{} }

// Encode refuses.
func (*Encoder) Encode(any) error { return ErrNoMessagePack }
