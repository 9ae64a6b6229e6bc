// Command lanyard is a keyboard-first console, in the terminal, for the people and machines of one company account.
package main

import (
	"os"

	"lanyard/cmd"
)

func main() { os.Exit(cmd.Main(os.Args[1:])) }
