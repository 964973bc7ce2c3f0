package api

import "github.com/ki-styring/aims/internal/rest"

// resources is the route list: one line per resource.
func (s *Server) resources(r *rest.Server) {
	sessionsAPI{s}.routes(r)
	meAPI{s}.routes(r)
	tasksAPI{s}.routes(r)
	peopleAPI{s}.routes(r)
	newEnumsAPI(s.Describe).routes(r)
	rest.Events(r)
	comments(r)

	usersAPI{s}.routes(r)
	rolesAPI{}.routes(r)
	assignmentsAPI{}.routes(r)
	unitsAPI{}.routes(r)
	keysAPI{}.routes(r)
	bodiesAPI{}.routes(r)
	cases{}.routes(r)
	meetings{}.routes(r)
	advices{}.routes(r)
	proposals{}.routes(r)
	decisions{}.routes(r)

	frameworks{}.routes(r)
	requirements{}.routes(r)
	clauses{}.routes(r)
	controls{}.routes(r)
	statements{}.routes(r)
	evidences{}.routes(r)
	policies{}.routes(r)
	riskMethods{}.routes(r)
	riskRegisters{}.routes(r)
	risks{}.routes(r)
	treatmentPlans{}.routes(r)
	cycles{}.routes(r)
	objectives{}.routes(r)
	measures{}.routes(r)
	measurements{}.routes(r)

	organisations{}.routes(r)
	needs{}.routes(r)
	activities{}.routes(r)
}
