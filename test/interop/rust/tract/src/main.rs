//! Runs ONNX files in tract.
use protocol::{Named, Numbers, Runner, serve};
use tract_onnx::prelude::*;

fn main() {
    serve(|file| load(file).map_err(|error| format!("{error:#}")))
}

fn load(file: &str) -> TractResult<Runner> {
    let model = tract_onnx::onnx().model_for_path(file)?;
    let names = |outlets: &[OutletId]| -> Vec<String> { outlets.iter().map(|outlet| name_of(&model, *outlet)).collect() };
    let (inputs, outputs) = (names(model.input_outlets()?), names(model.output_outlets()?));
    let runnable = model.into_optimized()?.into_runnable()?;
    Ok(Box::new(move |feeds| run(&runnable, &inputs, &outputs, feeds).map_err(|error| format!("{error:#}"))))
}

fn name_of(model: &InferenceModel, outlet: OutletId) -> String {
    model.outlet_label(outlet).unwrap_or(&model.node(outlet.node).name).to_string()
}

fn run(runnable: &Arc<TypedRunnableModel>, inputs: &[String], outputs: &[String], mut feeds: Named) -> TractResult<Named> {
    let tensors = inputs
        .iter()
        .map(|name| {
            let Numbers { data, shape } = feeds.remove(name).expect("a feed for every input");
            Ok(Tensor::from_shape(&shape, &data)?.into_tvalue())
        })
        .collect::<TractResult<TVec<TValue>>>()?;
    let results = runnable.run(tensors)?;
    let named = outputs.iter().zip(results.iter()).map(|(name, tensor)| {
        let view = tensor.to_plain_array_view::<f32>()?;
        Ok((name.clone(), Numbers { data: view.iter().copied().collect(), shape: tensor.shape().to_vec() }))
    });
    named.collect()
}
