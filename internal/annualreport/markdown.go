package annualreport

import (
	"fmt"
	"regexp"
	"strings"
	"text/template"
	"text/template/parse"
)

// safe is a text of this program, which Markdown shows as it is.
type safe string

// escaped makes a template of Markdown escape what it prints, as a template of HTML does by itself: each value passes through the function
// markdown. So no field can be forgotten.
func escaped(t *template.Template) *template.Template {
	for _, part := range t.Templates() {
		escapeList(part.Root)
	}
	return t
}

func escapeList(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			if len(n.Pipe.Decl) == 0 {
				escape := parse.NewIdentifier("markdown").SetPos(n.Pos)
				n.Pipe.Cmds = append(n.Pipe.Cmds, &parse.CommandNode{NodeType: parse.NodeCommand, Pos: n.Pos, Args: []parse.Node{escape}})
			}
		case *parse.IfNode:
			escapeList(n.List)
			escapeList(n.ElseList)
		case *parse.RangeNode:
			escapeList(n.List)
			escapeList(n.ElseList)
		case *parse.WithNode:
			escapeList(n.List)
			escapeList(n.ElseList)
		}
	}
}

// The places where Markdown reads a text as something else than text: punctuation that has a meaning anywhere, addresses that become links, and
// what makes a line a list, a heading or a rule.
var (
	active  = regexp.MustCompile("[\\\\`*_{}\\[\\]<>|~#&@!^$]")
	address = regexp.MustCompile(`(?i)(https?|ftp|mailto|xmpp):|www\.`)
	atStart = regexp.MustCompile(`^(\d+[.)]|[-+=:])`)
)

// markdown escapes a value for Markdown. A text becomes one line, in which every character stands for itself.
func markdown(v any) string {
	if s, ok := v.(safe); ok {
		return string(s)
	}
	s := strings.Join(strings.Fields(fmt.Sprint(v)), " ")
	s = active.ReplaceAllString(s, `\$0`)
	beforeLast := func(found string) string { return found[:len(found)-1] + `\` + found[len(found)-1:] }
	s = address.ReplaceAllStringFunc(s, beforeLast)
	return atStart.ReplaceAllStringFunc(s, beforeLast)
}
