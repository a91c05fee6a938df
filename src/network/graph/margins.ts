import type { Graph, Node, PadNode } from './graph.js';
import { damaged, known } from './order.js';
import { fieldOfView } from './receptive-field.js';
import { shapesOf } from './shapes.js';

/**
 * A graph whose result is a whole multiple of its input in size. What unpadded convolutions lose at the
 * border is made up for as the programs that come with such networks do: the border pixels of the image are
 * repeated.
 * @throws SrganError E_MODEL
 */
export function withMargins(title: string, graph: Graph): Graph {
  const { factor, alignPx } = fieldOfView(title, graph);
  const side = alignPx * Math.ceil(1000 / alignPx);
  const { height, width } = known(shapesOf(title, graph, { height: side, width: side }), graph.output);
  const [rows, columns] = [side * factor - height, side * factor - width];
  if (rows === 0 && columns === 0) return graph;
  const [top, left] = [rows / factor / 2, columns / factor / 2];
  if (!(top >= 0 && left >= 0 && Number.isInteger(top) && Number.isInteger(left))) {
    throw damaged(title, `it makes ${width} × ${height} pixels of ${side} × ${side}`);
  }
  const pads = { top, left, bottom: top, right: left };
  const pad: PadNode = { op: 'pad', name: `${graph.input}/margins`, inputs: [graph.input], pads };
  const nodes = graph.nodes.flatMap((node): Node[] =>
    node.name === graph.input
      ? [node, pad]
      : [{ ...node, inputs: node.inputs.map((input) => (input === graph.input ? pad.name : input)) }],
  );
  return { ...graph, nodes };
}
