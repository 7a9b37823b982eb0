// The Go vulnerability database, data/osv, as govulncheck is given it: vuln.go.dev is another host than the module proxy, and another
// database tomorrow. Nothing is built of it, so none of its own dependencies is here. Renew it by
//
//	go get golang.org/x/vulndb@latest
module posenc/tests/gotools/vulndb

go 1.27

require golang.org/x/vulndb v0.0.0-20261105234957-e22db6528018
