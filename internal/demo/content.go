package demo

// content plays what the hospital has made of its management system.
func (p *Play) content() {}
