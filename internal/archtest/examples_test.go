package archtest_test

import (
	"testing"

	"github.com/spindle-go/spindle/internal/archtest"
)

func TestCheckExamples(t *testing.T) {
	cases := []struct {
		name, body, example string
		want                []string
	}{
		{"function, used", "func F() {}", "p.F()", nil},
		{"function, not used", "func F() {}", "", []string{"p: no example uses F"}},
		{"method, used", "type T int\nfunc (t *T) M() {}", "var t p.T; t.M()", nil},
		{"method, not used", "type T[A any] int\nfunc (t T[A]) M() {}", "var t p.T[int]", []string{"p: no example uses T.M"}},
		{"method that is called by others", "type T int\nfunc (T) Error() string { return `` }", "var t p.T", nil},
		{"unexported", "type t int\nfunc (t) M() {}\nfunc f() {}", "", nil},
		{"values", "var A, b = 1, 2\nconst C = 3", "p.A", []string{"p: no example uses C"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{
				"p/p.go":            "package p\n\n" + c.body + "\n",
				"p/p_test.go":       "package p_test\n\nvar F, M, C = 1, 2, 3\n",
				"p/example_test.go": "package p_test\n\nfunc Example() {\n" + c.example + "\n}\n",
			}
			wantProblems(t, archtest.CheckExamples(tree(t, files), "p"), c.want)
		})
	}
	wantProblems(t, archtest.CheckExamples(tree(t, map[string]string{"p/p.go": "package p\n"}), "q"), []string{"q: there is no such package"})
}
