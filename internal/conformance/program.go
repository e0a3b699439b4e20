package conformance

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Program is one program with the trace that it must give.
type Program struct {
	Name  string `json:"name"`
	Ops   []Op   `json:"ops"`
	Trace []any  `json:"trace"`
}

// Op is one operation; which fields count depends on Name. Operations of other
// packages read theirs from Raw.
type Op struct {
	Name      string          `json:"op"`
	N         int             `json:"n"`
	D         int             `json:"d"`
	V         any             `json:"v"`
	E         string          `json:"e"`
	How       string          `json:"how"`
	Cb        *Func           `json:"cb"`
	Eb        *Func           `json:"eb"`
	To        int             `json:"to"`
	After     float64         `json:"after"`
	On        *Func           `json:"on"`
	By        float64         `json:"by"`
	Canceller *Canceller      `json:"canceller"`
	Raw       json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps the text of the operation in Raw.
func (o *Op) UnmarshalJSON(text []byte) error {
	type plain Op
	if err := json.Unmarshal(text, (*plain)(o)); err != nil {
		return err
	}
	o.Raw = append(json.RawMessage(nil), text...)
	o.V = value(o.V)
	return nil
}

// Func describes a function of the program.
type Func struct {
	ID   int      `json:"id"`
	Do   []Op     `json:"do"`
	Trap []string `json:"trap"`
	Out  Out      `json:"out"`
}

// Out says what a function answers.
type Out struct {
	Pass bool
	Has  bool // V counts
	V    any
	Add  *int
	E    string
	D    *int
}

// UnmarshalJSON tells {"v": null} from an absent v.
func (o *Out) UnmarshalJSON(text []byte) error {
	var fields struct {
		Pass bool            `json:"pass"`
		V    json.RawMessage `json:"v"`
		Add  *int            `json:"add"`
		E    string          `json:"e"`
		D    *int            `json:"d"`
	}
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	*o = Out{Pass: fields.Pass, Add: fields.Add, E: fields.E, D: fields.D, Has: fields.V != nil}
	if fields.V != nil {
		if err := json.Unmarshal(fields.V, &o.V); err != nil {
			return err
		}
		o.V = value(o.V)
	}
	return nil
}

// Canceller describes what a Deferred's canceller does.
type Canceller struct {
	Kind string `json:"kind"`
	V    any    `json:"v"`
	E    string `json:"e"`
}

// value turns a number of a program into an int, which all of them are.
func value(v any) any {
	if f, ok := v.(float64); ok {
		return int(f)
	}
	return v
}

// Load reads all vectors of a kind in folder: the files KIND*.json. No file is
// an error: there would be nothing to check.
func Load(folder, kind string) ([]Program, error) {
	files, err := filepath.Glob(filepath.Join(folder, kind+"*.json"))
	if err != nil {
		return nil, err
	}
	var all []Program
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var file struct {
			Kind     string    `json:"kind"`
			Programs []Program `json:"programs"`
		}
		if err := json.Unmarshal(text, &file); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if file.Kind != kind {
			return nil, fmt.Errorf("%s: vectors of kind %q, not %q", name, file.Kind, kind)
		}
		all = append(all, file.Programs...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no vectors of kind %q in %s", kind, folder)
	}
	return all, nil
}
