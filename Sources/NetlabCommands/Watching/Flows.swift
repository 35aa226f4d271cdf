import ArgumentParser
import LabRunner
import Tracing

/// `netlab flows`.
struct Flows: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flows",
        abstract: "Write VPC flow log records as AWS does, from the packets that pass now.",
        discussion: """
            Every interface, ACCEPT and REJECT, from the moment the command starts. Without --follow it ends after one
            window; Ctrl-C ends it at once and still writes what was counted. DNS, instance metadata and the router's own
            addresses are not logged, as in AWS.

            What passed before is in no log, as in AWS: the kernel keeps no records of it. For a log from the beginning
            start one right after up. What rules have dropped since up, netlab status knows.

            EXAMPLES
              netlab flows private-nat --window 10
              netlab flows private-nat --follow --format v5
              netlab flows private-nat --format '${interface-id} ${pkt-srcaddr} ${pkt-dstaddr} ${action}' --no-nodata
              netlab flows private-nat --follow --json
              netlab up private-nat && netlab flows private-nat --follow > flows.log &
            """)

    @Argument(help: "A running lab.", completion: .runningLab) var name: String
    @Flag(name: .shortAndLong, help: "One window after the other, until Ctrl-C.") var follow = false
    @Option(help: "Length of an aggregation window in seconds.") var window: Int = 60
    @Option(help: "v2 to v10, or fields as AWS writes them.") var format = "v2"
    @Flag(help: "Begin with a line of field names, as files in Amazon S3 do.") var header = false
    @Flag(inversion: .prefixedNo, help: "Also write records of interfaces that saw nothing.") var nodata = true
    @Flag(help: "One JSON object a record.") var json = false

    func validate() throws {
        if !(1...600).contains(window) { throw ValidationError("--window is 1 to 600 seconds") }
    }

    func run() throws {
        Interruption.hold()
        let format: FlowFormat
        do {
            format = try FlowFormat(self.format)
        } catch {
            throw LabRunnerError(
                .input, error.description, hint: "v2 to v10, or names such as ${srcaddr} ${dstaddr} ${action}")
        }
        let lab = try RunningLab.attach(try LabName.valid(name))
        let watch = try FlowWatch(lab, window: Int64(window))
        defer { watch.close() }
        if Output.isWatched { Output.note("logging flows of \(name) in windows of \(window) s; Ctrl-C ends it") }
        if header && !json { Output.say(format.header) }
        var isOver = false
        try Watch(pace: 100).run(watch.descriptors) {
            let records = try watch.read()
            try write(records, format)
            isOver = !records.isEmpty && !follow
            return !isOver
        }
        if !isOver { try write(try watch.finish(), format) }
    }

    private func write(_ records: [FlowRecord], _ format: FlowFormat) throws {
        for record in records where nodata || record.status != .noData {
            guard json else {
                Output.say(record.line(format))
                continue
            }
            let fields = format.fields.compactMap { field in
                record.value(field, version: format.version).map { (field.rawValue, $0) }
            }
            try Output.jsonLine(Dictionary(uniqueKeysWithValues: fields))
        }
    }
}
