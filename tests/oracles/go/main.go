// Answers pairs of Go versions, two and a tab between them a line: by go/version where both are the toolchain's, by
// golang.org/x/mod/semver where both are a module's, "!" otherwise.
package main

import (
	"bufio"
	"fmt"
	"go/version"
	"os"
	"strings"

	"golang.org/x/mod/semver"
)

func order(a, b string) string {
	toolchains := strings.HasPrefix(a, "go") && strings.HasPrefix(b, "go")
	if toolchains {
		if !version.IsValid(a) || !version.IsValid(b) {
			return "!"
		}
		return [...]string{"<", "=", ">"}[version.Compare(a, b)+1]
	}
	a, b = "v"+strings.TrimPrefix(a, "v"), "v"+strings.TrimPrefix(b, "v")
	if !semver.IsValid(a) || !semver.IsValid(b) {
		return "!"
	}
	return [...]string{"<", "=", ">"}[semver.Compare(a, b)+1]
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		a, b, _ := strings.Cut(in.Text(), "\t")
		fmt.Fprintln(out, order(a, b))
	}
}
