"""Writes tensorboard-events.json: event records as TensorBoard's own protocol buffers and record writer make them.

Run with TensorBoard 2.21.0 from PyPI: python tensorboard_events.py
"""

import base64
import io
import json
import os

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.hparams import metadata, plugin_data_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

PNG = bytes([137, 80, 78, 71, 13, 10, 26, 10, 1, 2, 3])


def record(event):
    file = io.BytesIO()
    RecordWriter(file).write(event.SerializeToString(deterministic=True))
    return base64.b64encode(file.getvalue()).decode()


def summary(step, *values):
    return event_pb2.Event(wall_time=1700000000.25, step=step, summary=summary_pb2.Summary(value=values))


def plugin_value(tag, data):
    return Value(tag=tag, metadata=metadata.create_summary_metadata(data), tensor=metadata.NULL_TENSOR)


def session_start(name, value):
    """A session with one value: the order of several on the wire means nothing, and differs between writers."""
    start = plugin_data_pb2.SessionStartInfo(start_time_secs=1700000000.25)
    fields = {bool: "bool_value", float: "number_value", str: "string_value"}
    setattr(start.hparams[name], fields[type(value)], value)
    return plugin_value(
        metadata.SESSION_START_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_start_info=start)
    )


def session_end(status):
    end = plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=1700000000.25)
    return plugin_data_pb2.HParamsPluginData(session_end_info=end)


Value = summary_pb2.Summary.Value
records = {
    "version": event_pb2.Event(wall_time=1700000000.25, file_version="brain.Event:2"),
    "scalars": summary(300, Value(tag="train/loss", simple_value=-101.5), Value(tag="train/elbo", simple_value=1e-3)),
    "largeStep": summary(2**40 + 5, Value(tag="x", simple_value=2.0)),
    "image": summary(7, Value(tag="samples", image=summary_pb2.Summary.Image(height=300, width=200, colorspace=4, encoded_image_string=PNG))),
    "histogram": summary(
        8,
        Value(
            tag="encoder/kernel",
            histo=summary_pb2.HistogramProto(
                min=-1.5, max=2.0, num=4, sum=1.25, sum_squares=7.5, bucket_limit=[0.25, 2.0], bucket=[1, 3]
            ),
        ),
    ),
    "sessionOfText": summary(0, session_start("flow", "planar*10")),
    "sessionOfNumber": summary(0, session_start("lr", 1e-3)),
    "sessionOfZero": summary(0, session_start("lr", 0.0)),
    "sessionOfTruth": summary(0, session_start("deep", True)),
    "sessionOfFalsehood": summary(0, session_start("deep", False)),
    "sessionSuccess": summary(300, plugin_value(metadata.SESSION_END_INFO_TAG, session_end(1))),
    "sessionFailure": summary(300, plugin_value(metadata.SESSION_END_INFO_TAG, session_end(2))),
}
with open(os.path.join(os.path.dirname(__file__), "tensorboard-events.json"), "w") as out:
    json.dump({name: record(event) for name, event in records.items()}, out, indent=2)
    out.write("\n")
