//! Runs ONNX files in rten.
use protocol::{Named, Numbers, Runner, serve};
use rten::{Model, Value};
use rten_tensor::prelude::*;
use rten_tensor::Tensor;
use std::error::Error;

fn main() {
    serve(|file| load(file).map_err(|error| error.to_string()))
}

fn load(file: &str) -> Result<Runner, Box<dyn Error>> {
    let model = Model::load_file(file)?;
    Ok(Box::new(move |feeds| run(&model, feeds).map_err(|error| error.to_string())))
}

fn run(model: &Model, feeds: Named) -> Result<Named, Box<dyn Error>> {
    let inputs = feeds
        .into_iter()
        .map(|(name, Numbers { data, shape })| {
            Ok((model.node_id(&name)?, Value::from(Tensor::from_data(shape.as_slice(), data)).into()))
        })
        .collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    let names = model.output_ids().iter().map(|id| model.node_info(*id).and_then(|info| info.name().map(String::from)).unwrap_or_default());
    let results = model.run(inputs, model.output_ids(), None)?;
    names
        .zip(results)
        .map(|(name, value)| {
            let tensor: Tensor<f32> = value.try_into()?;
            Ok((name, Numbers { shape: tensor.shape().to_vec(), data: tensor.to_vec() }))
        })
        .collect()
}
