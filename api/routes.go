package api

import "github.com/ki-styring/aims/internal/rest"

// resources adds the routes, one line per resource.
func (s *Server) resources(r *rest.Server) {
	sessionsAPI{s}.routes(r)
	meAPI{s}.routes(r)
	tasksAPI{s}.routes(r)
	setupAPI{}.routes(r)
	peopleAPI{s}.routes(r)
	newEnumsAPI(s.Describe).routes(r)
	rest.Events(r)
	comments(r)

	usersAPI{s}.routes(r)
	rolesAPI{s}.routes(r)
	assignmentsAPI{s}.routes(r)
	unitsAPI{}.routes(r)
	keysAPI{s}.routes(r)
	bodiesAPI{s}.routes(r)
	cases{s}.routes(r)
	meetings{s}.routes(r)
	advices{s}.routes(r)
	proposals{s}.routes(r)
	decisionsAPI{s}.routes(r)

	frameworks{}.routes(r)
	requirements{}.routes(r)
	clausesAPI{}.routes(r)
	controls{}.routes(r)
	statements{}.routes(r)
	evidences{}.routes(r)
	policies{}.routes(r)
	settingsAPI{s}.routes(r)
	riskMethods{}.routes(r)
	riskRegisters{}.routes(r)
	risks{s}.routes(r)
	treatmentPlans{}.routes(r)
	cycles{}.routes(r)
	objectives{}.routes(r)
	measures{}.routes(r)
	measurements{}.routes(r)

	aiSystems{s}.routes(r)
	gateItems{s}.routes(r)
	references{}.routes(r)
	authorities{}.routes(r)
	suppliers{}.routes(r)
	adviceRequests{s}.routes(r)
	intakes{s}.routes(r)
	datasets{}.routes(r)

	organisations{}.routes(r)
	needs{}.routes(r)
	activities{s}.routes(r)
}
