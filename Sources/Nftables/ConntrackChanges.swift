import CLibMNL
import Glibc
import IPAddressing
public import Netlink

extension Conntrack {
    /// Forgets TCP and UDP flows; those that are gone by themselves meanwhile are no error.
    ///
    /// Equivalent to `conntrack -D -p tcp -s A -d B --sport N --dport M` for each.
    public static func forget(_ flows: [FlowTuple], _ socket: NetlinkSocket) throws {
        var batch = NetlinkBatch()
        var writer = MessageWriter()
        for flow in flows {
            writer.begin(
                type: UInt16(NFNL_SUBSYS_CTNETLINK) << 8 | UInt16(IPCTNL_MSG_CT_DELETE.rawValue), flags: 0,
                family: UInt8(AF_INET), resource: 0)
            write(flow, to: &writer)
            writer.end(into: &batch, operation: "conntrack -D \(flow)", subject: "")
        }
        do {
            try socket.commit(batch)
        } catch let refusal as BatchRefusal {
            let others = refusal.refusals.filter { $0.errno != ENOENT }
            if !others.isEmpty { throw BatchRefusal(others) }
        }
    }

    private static func write(_ flow: FlowTuple, to message: inout MessageWriter) {
        message.nest(CTA_TUPLE_ORIG) { tuple in
            tuple.nest(CTA_TUPLE_IP) {
                $0.put(CTA_IP_V4_SRC, flow.source.bytes)
                $0.put(CTA_IP_V4_DST, flow.destination.bytes)
            }
            tuple.nest(CTA_TUPLE_PROTO) {
                $0.put(CTA_PROTO_NUM, [flow.protocolNumber])
                $0.put(CTA_PROTO_SRC_PORT, flow.sourcePort.wire)
                $0.put(CTA_PROTO_DST_PORT, flow.destinationPort.wire)
            }
        }
    }
}
