package app;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class CraneLog {
  public static void main(String[] arguments) {
    SpringApplication.run(CraneLog.class, arguments);
  }

  @GetMapping("/lifts")
  String lifts() {
    return "[]";
  }
}
