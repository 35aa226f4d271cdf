import CloudModel

/// The `checks` section.
enum ChecksReader {
    static let keys = ["claim", "source", "says", "from", "outage"] + ProbeReader.keys + ["expect", "control"]
    static let controlKeys = ["says", "from", "outage"] + ProbeReader.keys + ["expect"]

    static func read(_ field: Field) -> [Check] {
        field.list(hint: "each check begins with `- claim: …`").compactMap(check)
    }

    private static func check(_ field: Field) -> Check? {
        guard let table = field.table(of: "a check", keys: keys, hint: "a check begins with `- claim: …`") else {
            return nil
        }
        let claim = table.need("claim", example: "C2")?.text("C2")
        let says = table.need("says", example: "the mirror sees the NAT gateway's Elastic IP")?
            .text("the mirror sees the NAT gateway's Elastic IP")
        let source = table["source"]?.text("note §1") ?? ""
        let from = table.need("from", example: "app").map(senders)
        let outage = table["outage"].map(outages) ?? []
        let probe = ProbeReader.read(table)
        let expect = table.need("expect", example: "{ succeeds: true }").map {
            ExpectationReader.read($0, of: field.origin)
        }
        if probe == nil, !ProbeReader.keys.contains(where: { table[$0] != nil }) {
            table.error(
                "this check sends no probe", hint: "add one of: \(ProbeReader.keys.joined(separator: ", "))")
        }
        let control = table["control"].map {
            readControl($0, at: table.origin(of: "control"), from: from, probe: probe, outage: outage)
        }
        guard let claim, let says, let from, let probe, let expect else { return nil }
        // A control that could not be read is not a missing control.
        if let control, control == nil { return nil }
        return Check(
            claim: claim, source: source, says: says, from: from, probe: probe, outage: outage, expect: expect,
            control: control ?? nil, origin: field.origin)
    }

    private static func readControl(
        _ field: Field, at origin: Origin, from: [String]?, probe: Probe?, outage: [Outage]
    ) -> Control? {
        let hint = "for example `control: { says: …, from: vault, expect: { succeeds: false } }`"
        guard let table = field.table(of: "a control", at: origin, keys: controlKeys, hint: hint) else { return nil }
        let says = table.need("says", example: "from the isolated subnet the same probe fails")?.text("…")
        let expect = table.need("expect", example: "{ succeeds: true }").map {
            ExpectationReader.read($0, of: origin)
        }
        let hasProbe = ProbeReader.keys.contains { table[$0] != nil }
        guard
            let says, let expect, let from = table["from"].map(senders) ?? from,
            let probe = hasProbe ? ProbeReader.read(table) : probe
        else { return nil }
        return Control(
            says: says, from: from, probe: probe, outage: table["outage"].map(outages) ?? outage, expect: expect,
            origin: origin)
    }

    /// `none`, `zone a`, or a list of such.
    private static func outages(_ field: Field) -> [Outage] {
        if field.bareText == "none" { return [] }
        let items = field.items()
        if items.isEmpty { field.wrongType("what fails", hint: "for example `outage: zone a`, or `outage: none`") }
        return items.compactMap { item in
            guard let text = item.text("zone a") else { return nil }
            if let outage = Outage(text) { return outage }
            item.error(
                "`\(ObjectName.shown(text))` is nothing that can fail",
                hint: "write zone, node, link or nat and a name, for example `outage: zone a`")
            return nil
        }
    }

    private static func senders(_ field: Field) -> [String] {
        let items = field.items()
        if items.isEmpty { field.wrongType("a node", hint: "for example `from: app`") }
        return items.compactMap { $0.text("app") }
    }
}
