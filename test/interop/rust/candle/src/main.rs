//! Runs ONNX files in candle.
use candle_core::{DType, Device, Result, Tensor};
use candle_onnx::onnx::ModelProto;
use protocol::{Named, Numbers, Runner, serve};

fn main() {
    serve(|file| load(file).map_err(|error| error.to_string()))
}

fn load(file: &str) -> Result<Runner> {
    let model = candle_onnx::read_file(file)?;
    Ok(Box::new(move |feeds| run(&model, feeds).map_err(|error| error.to_string())))
}

fn run(model: &ModelProto, feeds: Named) -> Result<Named> {
    let tensors = feeds
        .into_iter()
        .map(|(name, Numbers { data, shape })| Ok((name, Tensor::from_vec(data, shape, &Device::Cpu)?)))
        .collect::<Result<_>>()?;
    let numbers = |tensor: Tensor| -> Result<Numbers> {
        let shape = tensor.dims().to_vec();
        Ok(Numbers { data: tensor.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?, shape })
    };
    candle_onnx::simple_eval(model, tensors)?.into_iter().map(|(name, tensor)| Ok((name, numbers(tensor)?))).collect()
}
