import CloudModel
import FoundationEssentials
import IPAddressing
import KernelObjects
import LabFile
import LabPlan

/// What users write.
enum FileTargets {
    static let all = [labFile, addresses]

    /// Whatever the text: a lab or a reason; and whatever is a lab has a plan the kernel can take.
    private static let labFile = FuzzTarget(
        name: "lab-file", form: .yaml,
        seeds: {
            Seeds.files("labs", suffix: ".yaml") + Seeds.files("Tests/Fixtures/BadLabs", suffix: ".yaml")
                + Seeds.files("Tests/Fixtures/GoodLabs", suffix: ".yaml")
        }
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let reading = LabFile.read(text, file: "fuzz.yaml")
        let hasError = reading.problems.contains { $0.severity == .error }
        try promise((reading.lab == nil) == hasError, "a lab and an error, or neither")
        // A YAML line may also end in other ways than by a newline.
        let lines = text.unicodeScalars.count { "\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0) } + 1
        var outcome = Outcome()
        for problem in reading.problems {
            try promise(1...lines + 1 ~= problem.origin.line, "line \(problem.origin.line) of \(lines)")
            try promise(problem.origin.column >= 1, "column \(problem.origin.column)")
            try promise(!problem.rendered.contains("\0"), "a NUL on the terminal")
            outcome.add(shape(problem.message))
        }
        if let lab = reading.lab { try plan(lab, &outcome) }
        return outcome.number
    }

    static func plan(_ lab: Lab, _ outcome: inout Outcome) throws {
        let plan = LabPlan(lab)
        let names = plan.nodes.map { LabPlan.namespaceName(lab: lab.name, node: $0.name) }
        try promise(Set(names).count == names.count, "two namespaces of one name")
        for name in names {
            try promise(isFileName(name), "namespace \(name)")
        }
        for end in plan.veths.flatMap({ [$0.near, $0.far] }) {
            try promise(isFileName(end.name) && end.name.utf8.count <= 15, "interface \(end.name)")
            try promise(plan.nodes.contains { $0.name == end.node }, "a wire to nowhere")
        }
        let script = ShellScript(plan).text
        outcome.add("plan")
        outcome.add(plan.nodes.count)
        outcome.add(script.utf8.count)
    }

    private static func isFileName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 255 && name != "." && name != ".."
            && name.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "/") }
    }

    /// A message without what it quotes.
    static func shape(_ message: String) -> String {
        message.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 0 }.map {
            $0.element.filter { !$0.isNumber }
        }.joined()
    }

    /// What reads as an address or a block is written the same way again.
    private static let addresses = FuzzTarget(
        name: "addresses", form: .text,
        seeds: { Seeds.texts("10.0.0.1", "10.0.0.0/16", "0.0.0.0/0", "255.255.255.255/32", "1.2.3.4.5", "01.2.3.4") }
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        var outcome = Outcome()
        if let address = IPv4Address(text) {
            try promise(address.description == text, "\(text) became \(address)")
            outcome.add("address")
        }
        if let block = CIDRBlock(text) {
            try promise(block.description == text && block.contains(block.base) && block.contains(block.last), text)
            outcome.add("block \(block.prefixLength)")
        }
        return outcome.number
    }
}
