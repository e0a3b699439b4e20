// Package doctest compiles and runs what the text of the repository shows, so
// that no page and no example can fall behind the code.
//
// # Pages
//
// Every block of Go in every Markdown file, but for the change log, is
// compiled in a module of its own that sees the public packages only. A block
// with a package clause is taken as it is. One without may hold declarations,
// or statements, which become the body of a function; a variable that the
// statements declare need not be used. Packages that are not imported by the
// block are imported for it: those of this module and of the standard library,
// math/rand/v2 where the name is rand.
//
// A comment directly above a block, which a reader does not see, says what else
// is needed:
//
//	<!-- doctest: func(r *reactor.Reactor, name string) error -->
//	<!-- doctest: go1.27 -->
//	<!-- doctest: skip because it shows what does not compile -->
//	<!-- output -->
//
// The first is the signature of the function around the statements: its
// parameters are the names that the block takes for granted. The second keeps
// the block from older Go releases. The third gives a reason. The last stands
// above a block of text or console: what the program before it prints.
//
// # Examples
//
// Every program below examples is built. One that has testdata/golden.txt is
// run too, in its own folder, and must print that to its standard output. The
// arguments are the lines of testdata/args.txt, the exit status is that in
// testdata/exit.txt; without these files, none and 0.
//
// # Expected output
//
// In both, <time> stands for a duration as time.Duration prints it and <port>
// for a port number:
//
//	listening on 127.0.0.1:<port>
//	done after <time>
//
// Lines that start with "$ " in a page's output are what the user types; they
// are left out. So is a line end at the end.
package doctest
