// Only debug builds let a test see inside.
#if DEBUG
    import Glibc
    @testable import Netlink
    @testable import Nftables
    @testable import RouteNetlink

    /// What the kernel says, or somebody who pretends to be it.
    enum NetlinkTargets {
        static let all = [answers, rules, flows, links]

        /// A datagram of several messages, taken apart as `NetlinkSocket` does it.
        private static let answers = FuzzTarget(
            name: "netlink-answers", form: .binary,
            seeds: {
                let text = Seeds.attribute(1, Array("Nexthop has invalid gateway\0".utf8))
                let echo = message(24, flags: 5, [UInt8](repeating: 0, count: 12))
                return [
                    message(2, flags: 0x100, Seeds.number(Int32(0)) + echo.prefix(16)),
                    message(2, flags: 0x300, Seeds.number(Int32(-ENETUNREACH)) + echo.prefix(16) + text),
                    message(2, flags: 0x200, Seeds.number(Int32(-EINVAL)) + echo + text) + message(3, flags: 2, []),
                ]
            }
        ) { bytes in
            var outcome = Outcome()
            bytes.withUnsafeBytes { raw in
                var offset = 0
                while let header = NetlinkHeader(raw, at: offset) {
                    let message = UnsafeRawBufferPointer(rebasing: raw[offset..<offset + header.length])
                    let answer = NetlinkAnswer(header, message)
                    outcome.add("\(answer != nil) \(answer?.text != nil)")
                    let purpose = NetlinkBatch.Purpose(operation: "fuzz", subject: "")
                    outcome.add((answer?.refusal(of: purpose).description ?? "").utf8.count)
                    offset += (header.length + 3) & ~3
                }
            }
            return outcome.number
        }

        private static func message(_ type: UInt16, flags: UInt16, _ body: [UInt8]) -> [UInt8] {
            Seeds.number(UInt32(16 + body.count)) + Seeds.number(type) + Seeds.number(flags) + Seeds.number(UInt32(7))
                + Seeds.number(UInt32(0)) + body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
        }

        /// One rule with its expressions, as `NFT_MSG_GETRULE` lists it.
        private static let rules = FuzzTarget(
            name: "netlink-rules", form: .binary,
            seeds: {
                let counter = expression(
                    "counter", Seeds.attribute(1, Seeds.big(UInt64(170))) + Seeds.attribute(2, Seeds.big(UInt64(3))))
                let verdict = Seeds.attribute(2, Seeds.attribute(2, Seeds.attribute(1, Seeds.big(UInt32(0)))))
                let drop = expression("immediate", Seeds.attribute(1, Seeds.big(UInt32(0))) + verdict)
                let reset = expression("reject", Seeds.attribute(1, Seeds.big(UInt32(1))))
                let comment = Array("sg app ingress[0]\0".utf8)
                return [counter + drop, counter + reset, counter].map { expressions in
                    [2, 0, 0, 0] + Seeds.attribute(1, Array("netlab\0".utf8))
                        + Seeds.attribute(2, Array("input\0".utf8)) + Seeds.attribute(4, expressions)
                        + Seeds.attribute(7, [0, UInt8(comment.count)] + comment)
                }
            }
        ) { bytes in
            let rule = bytes.withUnsafeBytes { RuleCounters.parse($0) }
            guard let rule else { return Outcome("none").number }
            var outcome = Outcome("rule", "\(rule.drops)", "\(rule.packets == 0)")
            outcome.add(rule.owner.utf8.count)
            outcome.add(rule.chain.utf8.count)
            return outcome.number
        }

        private static func expression(_ name: String, _ data: [UInt8]) -> [UInt8] {
            Seeds.attribute(1, Seeds.attribute(1, Array("\(name)\0".utf8)) + Seeds.attribute(2, data))
        }

        /// One flow, as `IPCTNL_MSG_CT_GET` lists it.
        private static let flows = FuzzTarget(
            name: "netlink-flows", form: .binary,
            seeds: {
                let ip =
                    Seeds.attribute(1, Seeds.big(UInt32(0x7f00_0001)))
                    + Seeds.attribute(2, Seeds.big(UInt32(0x7f00_0002)))
                let udp =
                    Seeds.attribute(1, [17]) + Seeds.attribute(2, Seeds.big(UInt16(40_000)))
                    + Seeds.attribute(3, Seeds.big(UInt16(53)))
                let ping = Seeds.attribute(1, [1]) + Seeds.attribute(4, Seeds.big(UInt16(7)))
                return [udp, ping].map { layer in
                    let tuple = Seeds.attribute(1, ip) + Seeds.attribute(2, layer)
                    return [2, 0, 0, 0] + Seeds.attribute(1, tuple) + Seeds.attribute(2, tuple)
                        + Seeds.attribute(7, Seeds.big(UInt32(350)))
                }
            }
        ) { bytes in
            guard let flow = bytes.withUnsafeBytes({ Conntrack.parse($0) }) else { return Outcome("none").number }
            return Outcome(
                "flow", "\(flow.original.protocolNumber)", "\(flow.translatedSource.port == 0)", "\(flow.timeout == 0)",
                "\(flow.reply.description.isEmpty)"
            ).number
        }

        /// One link, as `RTM_GETLINK` lists it.
        private static let links = FuzzTarget(
            name: "netlink-links", form: .binary,
            seeds: {
                let flags: [UInt32] = [0x0000_0041, 0x0000_0009, 0x0000_0040]
                return flags.map { flags in
                    [0, 0] + Seeds.number(UInt16(1)) + Seeds.number(Int32(7)) + Seeds.number(flags)
                        + Seeds.number(UInt32(0)) + Seeds.attribute(3, Array("eni-app\0".utf8))
                        + Seeds.attribute(16, [2])
                }
            }
        ) { bytes in
            let name = bytes.withUnsafeBytes { LinkStates.notRunning($0) }
            var outcome = Outcome("\(name != nil)")
            outcome.add(name?.utf8.count ?? 0)
            return outcome.number
        }
    }
#else
    enum NetlinkTargets { static let all: [FuzzTarget] = [] }
#endif
