package api

// resources is the route list: one line per resource.
func (s *Server) resources() {
	sessionsAPI{s}.routes(s)
	meAPI{s}.routes(s)
	tasksAPI{s}.routes(s)
	peopleAPI{s}.routes(s)
	enumsAPI{}.routes(s)
	s.events()
	s.comments()

	usersAPI{s}.routes(s)
	rolesAPI{}.routes(s)
	assignmentsAPI{}.routes(s)
	unitsAPI{}.routes(s)
	keysAPI{}.routes(s)
	bodiesAPI{}.routes(s)
	cases{}.routes(s)
	meetings{}.routes(s)
	advices{}.routes(s)
	proposals{}.routes(s)
	decisions{}.routes(s)

	frameworks{}.routes(s)
	requirements{}.routes(s)
	clauses{}.routes(s)
	controls{}.routes(s)
	statements{}.routes(s)
	evidences{}.routes(s)
	policies{}.routes(s)
	riskMethods{}.routes(s)
	riskRegisters{}.routes(s)
	risks{}.routes(s)
	treatmentPlans{}.routes(s)
	cycles{}.routes(s)
	objectives{}.routes(s)
	measures{}.routes(s)
	measurements{}.routes(s)

	organisations{}.routes(s)
	needs{}.routes(s)
	activities{}.routes(s)
}
