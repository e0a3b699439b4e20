package chain_test

import (
	"encoding/json"
	"testing"

	"github.com/spindle-go/spindle/internal/conformance"
)

// TestPlayer plays programs in the language of the vectors that exercise each
// list. Few of the vectors are about lists alone.
func TestPlayer(t *testing.T) {
	const three = `{"op":"new","n":1,"d":0,"canceller":{"kind":"noop"}}, {"op":"new","n":2,"d":1}, {"op":"new","n":3,"d":2,"canceller":{"kind":"errback","e":"E2"}}`
	tests := []struct{ name, ops, trace string }{
		{
			"list",
			`{"op":"list","n":4,"ds":[2,0,1],"w":7,"one_callback":false,"one_errback":false,"consume":false},
			{"op":"callback","n":5,"d":1,"v":11}, {"op":"errback","n":6,"d":0,"e":"E0"}, {"op":"cancel_wait","n":7,"w":7}`,
			`["canceller",2], ["result",7,{"list":[{"e":"E2"},{"e":"E0"},{"v":11}]}], ["end",0,{"e":"E0"}], ["end",1,{"v":11}], ["end",2,{"e":"E2"}]`,
		},
		{
			"list that fails and consumes",
			`{"op":"list","n":4,"ds":[2,0,1],"w":0,"one_callback":false,"one_errback":true,"consume":true}, {"op":"errback","n":6,"d":0,"e":"E0"}`,
			`["result",0,{"first":[1,{"e":"E0"}]}], ["end",0,{"v":null}], ["end",1,null], ["end",2,null]`,
		},
		{
			"list with one callback",
			`{"op":"list","n":4,"ds":[2,0,1],"w":0,"one_callback":true,"one_errback":false,"consume":false}, {"op":"callback","n":6,"d":0,"v":10}`,
			`["result",0,{"pair":[1,{"v":10}]}], ["end",0,{"v":10}], ["end",1,null], ["end",2,null]`,
		},
		{
			"list with one callback that fails",
			`{"op":"list","n":4,"ds":[2,0,1],"w":0,"one_callback":true,"one_errback":false,"consume":true}, {"op":"cancel_wait","n":5,"w":0}`,
			`["canceller",2], ["canceller",0], ["result",0,{"list":[{"e":"E2"},{"e":"Cancelled"},{"e":"Cancelled"}]}], ["end",0,{"v":null}], ["end",1,{"v":null}], ["end",2,{"v":null}]`,
		},
		{
			"gather",
			`{"op":"gather","n":4,"ds":[2,1],"w":0,"consume":false}, {"op":"callback","n":5,"d":1,"v":11}, {"op":"callback","n":6,"d":2,"v":"x"}`,
			`["result",0,{"values":[{"v":"x"},{"v":11}]}], ["end",0,null], ["end",1,{"v":11}], ["end",2,{"v":"x"}]`,
		},
		{
			"gather that is cancelled",
			`{"op":"gather","n":4,"ds":[1,2],"w":0,"consume":false}, {"op":"cancel_wait","n":5,"w":0}`,
			`["result",0,{"first":[0,{"e":"Cancelled"}]}], ["canceller",2], ["end",0,null], ["end",1,{"e":"Cancelled"}], ["end",2,{"e":"E2"}]`,
		},
		{
			"race",
			`{"op":"race","n":4,"ds":[2,0,1],"w":0}, {"op":"callback","n":5,"d":1,"v":11}`,
			`["canceller",2], ["canceller",0], ["result",0,{"pair":[2,{"v":11}]}], ["end",0,{"v":null}], ["end",1,{"v":null}], ["end",2,{"v":null}]`,
		},
		{
			"race that is cancelled",
			`{"op":"race","n":4,"ds":[2,0],"w":0}, {"op":"cancel_wait","n":5,"w":0}`,
			`["canceller",2], ["canceller",0], ["result",0,{"group":[{"e":"E2"},{"e":"Cancelled"}]}], ["end",0,{"v":null}], ["end",1,null], ["end",2,{"v":null}]`,
		},
		{
			"race that is cancelled while a child waits",
			`{"op":"add","n":4,"d":0,"how":"both","cb":{"id":1,"out":{"d":1}}}, {"op":"callback","n":5,"d":0,"v":1}, {"op":"pause","n":6,"d":1},
			{"op":"race","n":7,"ds":[2,0],"w":0}, {"op":"cancel_wait","n":8,"w":0}`,
			`["both",1,{"v":1}], ["canceller",2], ["result",0,{"e":"Cancelled"}], ["end",0,null], ["end",1,null], ["end",2,{"v":null}]`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			collectUnhandled(t)
			var p conformance.Program
			program := `{"name":"` + test.name + `", "ops":[` + three + `,` + test.ops + `], "trace":[` + test.trace + `]}`
			if err := json.Unmarshal([]byte(program), &p); err != nil {
				t.Fatal(err)
			}
			if err := newPlayer(t).machine.Play(p); err != nil {
				t.Error(err)
			}
		})
	}
}
