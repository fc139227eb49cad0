package main

import rego.v1

deny contains message if {
	input.kind == "Deployment"
	some container in input.spec.template.spec.containers
	not container.securityContext.readOnlyRootFilesystem
	message := sprintf("container %s may write to its root file system", [container.name])
}
