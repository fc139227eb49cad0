package main

import "github.com/gin-gonic/gin"

func main() {
	router := gin.Default()
	router.GET("/manifests/:ship", func(c *gin.Context) { c.JSON(200, gin.H{"ship": c.Param("ship")}) })
	_ = router.Run()
}
