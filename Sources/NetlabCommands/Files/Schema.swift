import ArgumentParser
import LabFile

/// `netlab schema`.
struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of lab files, for editors.",
        discussion: """
            EXAMPLES
              netlab schema > lab.schema.json
              # then, as the first line of a lab file:
              # yaml-language-server: $schema=lab.schema.json
            """)

    func run() { Output.say(LabSchema.json) }
}
