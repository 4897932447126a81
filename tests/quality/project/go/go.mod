module example.org/service

go 1.21

require (
	github.com/google/uuid v1.3.0
	golang.org/x/text v0.9.0 // indirect
)
