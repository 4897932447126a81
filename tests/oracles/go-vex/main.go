// With file names: reads each as go-vex does and checks its statements; says nothing where all is well. Without: answers
// pairs of package URLs, a statement's and a package's and a tab between them a line, by whether the first matches.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/openvex/go-vex/pkg/vex"
)

func check(path string) error {
	document, err := vex.Open(path)
	if err != nil {
		return err
	}
	for i := range document.Statements {
		if err := document.Statements[i].Validate(); err != nil {
			return err
		}
	}
	if len(document.Statements) == 0 {
		return fmt.Errorf("no statements")
	}
	return nil
}

func main() {
	for _, path := range os.Args[1:] {
		if err := check(path); err != nil {
			fmt.Printf("%s: %v\n", path, err)
			os.Exit(1)
		}
	}
	if len(os.Args) > 1 {
		return
	}
	in := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		statement, product, _ := strings.Cut(in.Text(), "\t")
		if vex.PurlMatches(statement, product) {
			fmt.Fprintln(out, "1")
		} else {
			fmt.Fprintln(out, "0")
		}
	}
}
