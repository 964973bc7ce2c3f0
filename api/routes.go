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
	rolesAPI{s}.routes(s)
	assignmentsAPI{s}.routes(s)
	unitsAPI{}.routes(s)
	keysAPI{s}.routes(s)
	bodiesAPI{s}.routes(s)
	cases{s}.routes(s)
	meetings{s}.routes(s)
	advices{}.routes(s)
	proposals{s}.routes(s)
	decisionsAPI{}.routes(s)

	frameworks{}.routes(s)
	requirements{}.routes(s)
	clausesAPI{}.routes(s)
	controls{}.routes(s)
	statements{}.routes(s)
	evidences{}.routes(s)
	policies{}.routes(s)
	riskMethods{}.routes(s)
	riskRegisters{}.routes(s)
	risks{s}.routes(s)
	treatmentPlans{}.routes(s)
	cycles{}.routes(s)
	objectives{}.routes(s)
	measures{}.routes(s)
	measurements{}.routes(s)

	organisations{}.routes(s)
	needs{}.routes(s)
	activities{s}.routes(s)
}
